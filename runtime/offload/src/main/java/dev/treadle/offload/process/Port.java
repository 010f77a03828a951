package dev.treadle.offload.process;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A process's way to put items somewhere and to take some from somewhere: here, or by a connection
 * to their home. Any thread; nothing here waits. An item is an array whose first bytes are room for
 * a frame's header. A future that is cancelled in time has had no effect.
 */
interface Port {
  /** Null when it was accepted at once; else gives {@link State#OPEN} when it is, or why not. */
  @Nullable CompletableFuture<State> put(byte[] item);

  /** Gives {@link State#OPEN} if there was room; null if there was none. */
  CompletableFuture<@Nullable State> offer(byte[] item);

  /** Gives an item to be acknowledged, or {@link Delivery#END}. */
  CompletableFuture<Delivery> take();

  /** Gives an item, {@link Delivery#NOTHING} or {@link Delivery#END}. */
  CompletableFuture<Delivery> poll();

  /** Done when a take would not wait. Only of an end of a pipe. */
  CompletableFuture<Boolean> readable();

  /** The item has reached who took it. */
  void received(Delivery delivery);

  /** Lets nothing more in; done when that is certain. */
  CompletableFuture<Boolean> close();

  /** The same, and drops what has not been taken. */
  CompletableFuture<Boolean> closeNow();

  /** Puts and takes no more, as one end of a pipe. */
  void leave();

  /** Whether something can be put, as far as it is known here. */
  State state();

  /** Why there is an end: {@link State#LOST} if the home is gone. */
  State ending();

  /** What is known of a loss, to follow a message's text; may be empty. */
  String detail();
}
