package dev.treadle.offload.internal;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A process for one step: reads it from standard input, does it on the main thread, and ends as any
 * program does, when its last thread has that is no daemon. The end of standard input is the end of
 * the parent, and of this. Without lambdas and the like, for a fast start.
 */
public final class StepMain {
  /** The status of one whose parent has ended. */
  public static final int ORPHANED = 113;

  /** The status of one whose step has failed. */
  public static final int FAILED = 1;

  private static final int MAGIC = 0x54524431;

  private static volatile int nesting = Integer.MAX_VALUE;

  private StepMain() {}

  /** See {@link Nesting#levels()}. */
  static int nesting() {
    return nesting;
  }

  /**
   * What the parent writes to standard input, which it then keeps open unless the process is
   * detached.
   *
   * @param failure the file that a failure is written to
   * @param cleanup directories to delete when the parent is gone
   */
  public static byte[] setup(
      Encoded step, boolean detached, int nesting, Path failure, List<Path> cleanup) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(step.length() + 512);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(MAGIC);
      out.writeBoolean(detached);
      out.writeInt(nesting);
      out.writeUTF(failure.toString());
      out.writeInt(cleanup.size());
      for (Path each : cleanup) {
        out.writeUTF(each.toString());
      }
      out.writeInt(step.length());
      out.write(step.bytes(), Frames.HEADER, step.length());
    } catch (IOException never) {
      throw new AssertionError(never);
    }
    return bytes.toByteArray();
  }

  /** Does the step. */
  public static void main(String[] arguments) throws IOException {
    DataInputStream in =
        new DataInputStream(new BufferedInputStream(new FileInputStream(FileDescriptor.in)));
    System.setIn(InputStream.nullInputStream());
    if (in.readInt() != MAGIC) {
      throw new MalformedException(
          "reading a step from standard input: it was not written by this version");
    }
    boolean detached = in.readBoolean();
    nesting = in.readInt();
    Path failureFile = Path.of(in.readUTF());
    Path[] cleanup = new Path[in.readInt()];
    for (int i = 0; i < cleanup.length; i++) {
      cleanup[i] = Path.of(in.readUTF());
    }
    byte[] step = new byte[in.readInt()];
    in.readFully(step);
    if (!detached) {
      Thread watcher = new Thread(new Lifeline(in, cleanup), "treadle-parent-watch");
      watcher.setDaemon(true);
      watcher.start();
    }
    try {
      Codec.decodeCall(ByteBuffer.wrap(step), Segments.none(), Codec.defaultFilter()).call();
    } catch (Throwable failure) {
      report(failure, failureFile);
      System.exit(FAILED);
    }
  }

  private static void report(Throwable failure, Path file) {
    failure.printStackTrace();
    try {
      Encoded encoded = Codec.encodeFailure(0, failure, true);
      byte[] bytes = new byte[encoded.length()];
      System.arraycopy(encoded.bytes(), Frames.HEADER, bytes, 0, bytes.length);
      Files.write(file, bytes);
    } catch (IOException | RuntimeException | Error unable) {
      // The parent is left with the exit code, and whoever reads with the stack.
      failure.addSuppressed(unable);
    }
  }

  /** Ends this process with its parent. */
  private static final class Lifeline implements Runnable {
    private final InputStream in;
    private final Path[] cleanup;

    Lifeline(InputStream in, Path[] cleanup) {
      this.in = in;
      this.cleanup = cleanup;
    }

    @Override
    public void run() {
      try {
        while (in.read() >= 0) {
          // Nothing is said here.
        }
      } catch (IOException gone) {
        // The same.
      }
      for (Path directory : cleanup) {
        delete(directory);
      }
      Runtime.getRuntime().halt(ORPHANED);
    }

    private static void delete(Path directory) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
        for (Path file : files) {
          Files.deleteIfExists(file);
        }
        Files.deleteIfExists(directory);
      } catch (IOException | RuntimeException left) {
        // Swept by whoever comes next.
      }
    }
  }
}
