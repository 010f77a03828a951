package dev.treadle.demos;

import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.shield;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A file that has its name only once it is whole. Until then it is beside it under another one, and
 * is deleted by {@link #close}, also when the JVM is told to end. Each step is another thread's,
 * and suspends the task meanwhile.
 */
final class PartialFile implements AutoCloseable {
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final Path target;
  private final Path partial;
  private final FileChannel channel;

  private PartialFile(Path target, Path partial, FileChannel channel) {
    this.target = target;
    this.partial = partial;
    this.channel = channel;
  }

  /** Makes it, empty. */
  static PartialFile create(Path target) throws IOException {
    Path partial =
        target.resolveSibling(
            ".fetch-" + ProcessHandle.current().pid() + "-" + NUMBERS.incrementAndGet() + ".part");
    return onThread(
        () -> {
          FileChannel channel =
              FileChannel.open(partial, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
          partial.toFile().deleteOnExit();
          return new PartialFile(target, partial, channel);
        });
  }

  /** Adds to it; returns when that is written. */
  void write(byte[] bytes) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    onThread(
        () -> {
          while (rest.hasRemaining()) {
            channel.write(rest);
          }
        });
  }

  /**
   * It is whole and gets its name.
   *
   * @throws FileAlreadyExistsException if there is such a file
   */
  void complete() throws IOException {
    onThread(
        () -> {
          channel.close();
          if (Files.exists(target)) {
            throw new FileAlreadyExistsException(target.toString());
          }
          Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        });
  }

  /** Deletes it unless it is complete; also in a cancelled scope. */
  @Override
  public void close() throws IOException {
    shield(
        () ->
            onThread(
                () -> {
                  channel.close();
                  Files.deleteIfExists(partial);
                }));
  }
}
