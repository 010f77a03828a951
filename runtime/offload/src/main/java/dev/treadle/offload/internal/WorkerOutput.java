package dev.treadle.offload.internal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * How a worker's two outputs share one pipe: what stands between {@link #ERR} and {@link #OUT} is
 * standard error's, all else standard output's (or the JVM's own last words). Each piece that
 * standard error writes goes out at once with its marks, so that a worker that dies in the middle
 * leaves nothing behind in memory.
 */
public final class WorkerOutput {
  /** What follows is of System.err. */
  public static final byte ERR = 0x0e;

  /** What follows is of System.out. */
  public static final byte OUT = 0x0f;

  private static final int BUFFER = 8192;

  private WorkerOutput() {}

  /** Both of the worker's streams from now on. */
  static void install() {
    FileOutputStream pipe = new FileOutputStream(FileDescriptor.out);
    System.setErr(new PrintStream(new Marked(pipe), true));
    System.setOut(new PrintStream(new Buffered(pipe), true));
  }

  /** Line by line: as a terminal would get it, not character by character. */
  private static class Buffered extends OutputStream {
    private final OutputStream pipe;
    private final byte[] buffer = new byte[BUFFER];
    private int used;

    Buffered(OutputStream pipe) {
      this.pipe = pipe;
    }

    @Override
    public synchronized void write(int one) throws IOException {
      buffer[used++] = (byte) one;
      if (one == '\n' || used == BUFFER) {
        flush();
      }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
      int from = offset;
      int left = length;
      while (left > 0) {
        int piece = Math.min(left, BUFFER - used);
        System.arraycopy(bytes, from, buffer, used, piece);
        used += piece;
        from += piece;
        left -= piece;
        if (used == BUFFER) {
          flush();
        }
      }
    }

    @Override
    public synchronized void flush() throws IOException {
      if (used > 0) {
        send(pipe, buffer, used);
        used = 0;
      }
    }

    void send(OutputStream to, byte[] bytes, int length) throws IOException {
      to.write(bytes, 0, length);
    }
  }

  /** With its marks, in one write, which does not mix with another's. */
  private static final class Marked extends Buffered {
    private final byte[] marked = new byte[BUFFER + 2];

    Marked(OutputStream pipe) {
      super(pipe);
    }

    @Override
    void send(OutputStream to, byte[] bytes, int length) throws IOException {
      marked[0] = ERR;
      System.arraycopy(bytes, 0, marked, 1, length);
      marked[length + 1] = OUT;
      to.write(marked, 0, length + 2);
    }
  }
}
