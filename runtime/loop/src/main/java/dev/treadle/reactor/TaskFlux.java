package dev.treadle.reactor;

import dev.treadle.Loop;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/** A flux whose every subscription is a task. */
final class TaskFlux<T> extends Flux<T> {
  private final TaskStart start;
  private final Emitter.Body<? super T> body;

  TaskFlux(Loop loop, String name, Emitter.Body<? super T> body) {
    this.start = new TaskStart(loop, name);
    this.body = body;
  }

  @Override
  public void subscribe(CoreSubscriber<? super T> subscriber) {
    TaskSubscription<T> subscription = new TaskSubscription<>(start, subscriber);
    subscriber.onSubscribe(subscription);
    subscription.begin(body);
  }
}
