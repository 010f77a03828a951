package dev.treadle.offload.process;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A port in the home itself.
 *
 * @param input where it puts
 * @param output where it takes from; of a queue the same
 * @param claimed whether another process uses it, or did; only of an end of a pipe
 */
record LocalPort(Mailbox input, Mailbox output, AtomicBoolean claimed) implements Port {
  LocalPort(Mailbox input, Mailbox output) {
    this(input, output, new AtomicBoolean());
  }

  /** False if another process has it for itself. */
  boolean claim() {
    return input == output || claimed.compareAndSet(false, true);
  }

  @Override
  public @Nullable CompletableFuture<State> put(byte[] item) {
    return input.put(item);
  }

  @Override
  public CompletableFuture<@Nullable State> offer(byte[] item) {
    return CompletableFuture.completedFuture(input.offer(item));
  }

  @Override
  public CompletableFuture<Delivery> take() {
    return output.take();
  }

  @Override
  public CompletableFuture<Delivery> poll() {
    return CompletableFuture.completedFuture(output.poll());
  }

  @Override
  public CompletableFuture<Boolean> readable() {
    return output.readable();
  }

  @Override
  public void received(Delivery delivery) {
    output.received();
  }

  @Override
  public CompletableFuture<Boolean> close() {
    input.close();
    return CompletableFuture.completedFuture(true);
  }

  @Override
  public CompletableFuture<Boolean> closeNow() {
    input.abandon(State.CLOSED);
    return CompletableFuture.completedFuture(true);
  }

  @Override
  public void leave() {
    // In this order: who sees the end and sends then is refused already.
    output.abandon(State.ABANDONED);
    input.close();
  }

  @Override
  public State state() {
    return input.state();
  }

  @Override
  public State ending() {
    return output.state();
  }

  @Override
  public String detail() {
    return ": the loop that served it has ended";
  }

  @Override
  public String toString() {
    return input == output ? input.toString() : "out=" + input + " in=" + output;
  }
}
