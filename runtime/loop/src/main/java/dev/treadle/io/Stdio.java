package dev.treadle.io;

import dev.treadle.Loop;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Standard input and output as streams.
 *
 * <pre>{@code
 * for (String line : Stdio.in().lines()) {
 *   Stdio.out().write(line.toUpperCase() + "\n");
 * }
 * }</pre>
 *
 * <p>Each is read or written on a daemon thread of its own, which begins at the first read or
 * write: neither the loop nor the JVM waits for a read that is pending when it ends. What such a
 * read brings is the next one's. Nothing is read before it is asked for.
 *
 * <p>They are {@link System#in}, {@link System#out} and {@link System#err} as they are at the
 * moment of the read or write. So a {@code println} is not in the way, though it may overtake a
 * write that has not returned.
 *
 * <p>Confined to the thread of the loop that asks for them.
 */
public final class Stdio {
  private static final BlockingLane IN = new BlockingLane("treadle-stdin");
  private static final BlockingLane OUT = new BlockingLane("treadle-stdout");
  private static final BlockingLane ERR = new BlockingLane("treadle-stderr");

  /** One for all loops: it may hold what the last loop has asked for. */
  private static final LaneSource SOURCE =
      new LaneSource(IN, "stdin", into -> System.in.read(into));

  /** Of the loop that reads, or did last. */
  private static @Nullable StreamReader reader;

  private static @Nullable Loop readersLoop;

  private Stdio() {}

  /**
   * Standard input; the same each time. It is not to be closed.
   *
   * @throws IllegalStateException if another loop that has not ended reads it, or none runs here
   */
  public static synchronized StreamReader in() {
    Loop loop = Loop.current();
    StreamReader last = reader;
    if (last != null && readersLoop == loop) {
      return last;
    }
    if (readersLoop != null && !readersLoop.isClosed()) {
      throw new IllegalStateException(
          "stdin is another loop's: loop="
              + loop.name()
              + " reader="
              + readersLoop.name()
              + "; read it there and hand on what it reads");
    }
    StreamReader next =
        new StreamReader(loop, "stdin", SOURCE, Integer.MAX_VALUE, Integer.MAX_VALUE);
    if (last != null) {
      last.leaveTo(next);
    }
    reader = next;
    readersLoop = loop;
    return next;
  }

  /**
   * Standard output. A write returns when the operating system has its bytes: nothing is lost at
   * the end of the program.
   *
   * @throws IllegalStateException if no loop runs on this thread
   */
  public static StreamWriter out() {
    return writer(OUT, "stdout", () -> System.out);
  }

  /**
   * Standard error, as {@link #out()}.
   *
   * @throws IllegalStateException if no loop runs on this thread
   */
  public static StreamWriter err() {
    return writer(ERR, "stderr", () -> System.err);
  }

  private static StreamWriter writer(BlockingLane lane, String name, Supplier<PrintStream> stream) {
    return new LaneSink(Loop.current(), name, lane, name, new Printed(name, stream)).writer();
  }

  /** A print stream, which keeps its failures to itself, as an output that throws them. */
  private static final class Printed extends OutputStream {
    private final String name;
    private final Supplier<PrintStream> stream;

    Printed(String name, Supplier<PrintStream> stream) {
      this.name = name;
      this.stream = stream;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      stream.get().write(bytes, offset, length);
      check();
    }

    @Override
    public void flush() throws IOException {
      stream.get().flush();
      check();
    }

    @Override
    public void close() throws IOException {
      stream.get().close();
      check();
    }

    private void check() throws IOException {
      if (stream.get().checkError()) {
        throw new IOException(name + " is closed, or nobody reads it any more");
      }
    }
  }
}
