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

  static long sum(Flux<Integer> elements) {
    Summing sum = new Summing();
    elements.subscribe(sum);
    return sum.sum;
  }

  private static final class Summing extends BaseSubscriber<Integer> {
    private long sum;

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    protected void hookOnNext(Integer element) {
      sum += element & 63;
    }
  }
}
