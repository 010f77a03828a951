package dev.treadle.reactor;

import reactor.util.context.ContextView;

/**
 * Where the body of a {@link Reactive#flux} puts its elements. Confined to the loop's thread, and
 * to one task at a time: where several tasks of the body emit, hold an {@code AsyncLock} around it.
 *
 * @param <T> the elements
 */
public sealed interface Emitter<T> permits TaskSubscription {
  /**
   * Gives the element to the subscriber; suspends while it has not requested any.
   *
   * @param element not null
   * @throws dev.treadle.Cancelled when the subscription is cancelled
   * @throws IllegalStateException outside a task, on another thread, while another task is in it,
   *     or after the body has ended
   */
  void emit(T element);

  /** The subscriber's context; the same as {@link Reactive#context()} in the body. */
  ContextView context();

  /**
   * What produces the elements; it ends by returning.
   *
   * @param <T> the elements
   */
  @FunctionalInterface
  interface Body<T> {
    /**
     * Emits the elements in order.
     *
     * @throws Exception any failure; the subscriber gets it, as it is
     */
    void run(Emitter<T> out) throws Exception;
  }
}
