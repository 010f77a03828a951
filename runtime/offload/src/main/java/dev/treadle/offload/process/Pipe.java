package dev.treadle.offload.process;

import java.io.UncheckedIOException;

/**
 * Two ends, each of which gets what is sent at the other: {@code multiprocessing.Pipe}. Each can be
 * used in this process, or in the one other process whose step captures it.
 *
 * <pre>{@code
 * try (var pipe = Pipe.<String>open()) {
 *   PipeEnd<String> theirs = pipe.right();
 *   try (var child = WorkerProcess.start("shout", () -> {
 *     for (String line : theirs) theirs.send(line.toUpperCase());
 *   })) {
 *     pipe.left().send("hello");
 *     System.out.println(pipe.left().receive());     // HELLO
 *   }
 * }
 * }</pre>
 *
 * <p>The messages of both directions lie in the process that made the pipe until they are received,
 * up to {@value #CAPACITY} for each; if it dies, or the loop that serves it ends, both ends are
 * lost. See {@link ProcessQueue} for which loop that is. Any thread.
 *
 * @param <T> the messages' type: serializable and not null
 */
public final class Pipe<T> implements AutoCloseable {
  /** How many messages may wait to be received. */
  static final int CAPACITY = 1000;

  /** How many are sent ahead to an end in another process. */
  private static final int WINDOW = 16;

  private final PipeEnd<T> left;
  private final PipeEnd<T> right;

  private Pipe(Broker.Served left, Broker.Served right) {
    this.left = new PipeEnd<>(left.handle(), left.port());
    this.right = new PipeEnd<>(right.handle(), right.port());
  }

  /**
   * A new pipe. The first pipe or queue of a loop suspends the task for a moment.
   *
   * @throws UncheckedIOException if there is no place for its socket
   * @throws IllegalStateException in a callback of a loop
   */
  public static <T> Pipe<T> open() {
    var ends = Broker.pipe(CAPACITY, WINDOW);
    return new Pipe<>(ends.get(0), ends.get(1));
  }

  /** One end. */
  public PipeEnd<T> left() {
    return left;
  }

  /** The other. */
  public PipeEnd<T> right() {
    return right;
  }

  /**
   * Closes both ends, wherever they are: what was not received is dropped, a receive sees the end,
   * a send throws. Waits for nothing. Does nothing the second time.
   */
  @Override
  public void close() {
    left.abandon();
    right.abandon();
  }

  @Override
  public String toString() {
    return "Pipe[" + left + " " + right + "]";
  }
}
