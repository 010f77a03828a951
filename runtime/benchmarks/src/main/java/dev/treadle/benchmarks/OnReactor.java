package dev.treadle.benchmarks;

import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/** The work on Reactor alone. */
final class OnReactor {
  private OnReactor() {}

  static Flux<Integer> range(String source, int count) {
    Flux<Integer> range = Flux.range(0, count);
    return source.equals("polled") ? range : range.hide();
  }

  static long sum(Flux<Integer> elements, int rounds) {
    long sum = 0;
    for (int i = 0; i < rounds; i++) {
      Summing round = new Summing();
      elements.subscribe(round);
      sum += round.last instanceof Integer ? round.sum : 0;
    }
    return sum;
  }

  private static final class Summing extends BaseSubscriber<Integer> {
    private long sum;

    /** Kept, as elements are: of those that go nowhere the JIT makes no objects at all. */
    private Object last = 0;

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    protected void hookOnNext(Integer element) {
      last = element;
      sum += element & 63;
    }
  }
}
