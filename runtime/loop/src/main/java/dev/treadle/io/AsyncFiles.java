package dev.treadle.io;

import dev.treadle.Action;
import dev.treadle.Block;
import dev.treadle.Cancelled;
import dev.treadle.Receiver;
import dev.treadle.Treadle;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes files without blocking the loop, on the threads of its pool: the door to what a
 * task does with {@link Files} most often. For the rest there is {@link Treadle#onThread}.
 *
 * <pre>{@code
 * String text = AsyncFiles.readString(path, 1 << 20);
 * AsyncFiles.writeAtomically(path, text.toUpperCase());
 * try (var file = AsyncFiles.open(path)) {
 *   for (String line : file.reader().lines()) { ... }
 * }
 * }</pre>
 *
 * <p>An operation that is cancelled before it has begun is not begun; one that runs is waited for,
 * and what it opened is closed. Text is UTF-8; what is none becomes {@code U+FFFD}.
 *
 * <p>All of these suspend. They throw {@link IllegalStateException} outside a task, {@link
 * Cancelled} if the task's scope is cancelled, and {@link UncheckedIOException} with the path and
 * the reason if the file system refuses.
 */
public final class AsyncFiles {
  private AsyncFiles() {}

  /**
   * Opens a file: for reading, or, with {@link StandardOpenOption#WRITE} or {@link
   * StandardOpenOption#APPEND}, for writing. For a large file, or one of unknown size: memory stays
   * bounded. Close it.
   *
   * @param options as for {@link Files#newByteChannel(Path, OpenOption...)}
   */
  public static FileStream open(Path path, OpenOption... options) {
    List<OpenOption> asked = List.of(options);
    if (asked.contains(StandardOpenOption.WRITE) || asked.contains(StandardOpenOption.APPEND)) {
      OutputStream output = on("open", path, () -> Files.newOutputStream(path, options));
      return new FileStream(path, output);
    }
    InputStream input = on("open", path, () -> Files.newInputStream(path, options));
    return new FileStream(path, input);
  }

  /**
   * Opens a file to read and write it anywhere. Close it.
   *
   * @param options as for {@link FileChannel#open(Path, OpenOption...)}; none: to read
   * @throws IllegalArgumentException with {@link StandardOpenOption#APPEND}, where every write is
   *     at the end
   */
  public static SeekableFile openSeekable(Path path, OpenOption... options) {
    Set<OpenOption> asked = Set.copyOf(List.of(options));
    if (asked.contains(StandardOpenOption.APPEND)) {
      throw new IllegalArgumentException(
          "openSeekable() to append: path=" + path + "; give WRITE, or use open()");
    }
    return new SeekableFile(
        path, on("openSeekable", path, () -> FileChannel.open(path, asked)), asked);
  }

  /**
   * Reads the whole file.
   *
   * @param limit how many bytes that may be
   * @throws LimitExceededException if it has more
   */
  public static byte[] readAllBytes(Path path, int limit) {
    return read("readAllBytes", path, limit);
  }

  /**
   * Reads the whole file as text.
   *
   * @param limit how many bytes that may be
   * @throws LimitExceededException if it has more
   */
  public static String readString(Path path, int limit) {
    return new String(read("readString", path, limit), StandardCharsets.UTF_8);
  }

  private static byte[] read(String operation, Path path, int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("no such limit: limit=" + limit + "; give one from 0");
    }
    byte[] bytes = AsyncFiles.<byte @Nullable []>on(operation, path, () -> readWithin(path, limit));
    if (bytes == null) {
      throw new LimitExceededException(path, operation, limit);
    }
    return bytes;
  }

  /** Null if there is more; the size is not asked for, because some files do not tell. */
  private static byte @Nullable [] readWithin(Path path, int limit) throws IOException {
    try (InputStream input = Files.newInputStream(path)) {
      byte[] bytes = input.readNBytes(limit);
      return bytes.length == limit && input.read() >= 0 ? null : bytes;
    }
  }

  /**
   * Writes the whole file; one that is there is overwritten.
   *
   * @param options as for {@link Files#write(Path, byte[], OpenOption...)}; none: created or
   *     truncated
   */
  public static void write(Path path, byte[] bytes, OpenOption... options) {
    on("write", path, () -> Files.write(path, bytes, options));
  }

  /** The same for text, as UTF-8. */
  public static void write(Path path, CharSequence text, OpenOption... options) {
    write(path, text.toString().getBytes(StandardCharsets.UTF_8), options);
  }

  /**
   * Writes the file as a whole or not at all: into a temporary file beside it, which then takes its
   * place in one step, with its permissions. Who reads the file meanwhile sees the old one. The
   * bytes are on the disk before the name is, so that a crash leaves the one or the other. A
   * symbolic link is replaced, not followed.
   */
  public static void writeAtomically(Path path, byte[] bytes) {
    writeAtomically(path, out -> out.write(bytes));
  }

  /** The same for text, as UTF-8. */
  public static void writeAtomically(Path path, CharSequence text) {
    writeAtomically(path, out -> out.write(text));
  }

  /**
   * The same with what the body writes, which may take its time, as a download does. If it throws
   * or is cancelled, nothing has happened to the file and nothing is left beside it.
   *
   * @throws RuntimeException what the body throws: as itself when unchecked, as the cause of a
   *     {@link java.util.concurrent.CompletionException} when checked
   */
  public static void writeAtomically(Path path, Receiver<? super StreamWriter> body) {
    Objects.requireNonNull(body, "body");
    on("writeAtomically", path, () -> AtomicWrite.begin(path)).run(body);
  }

  static <T extends @Nullable Object> T on(
      String operation, Path path, Block<T, IOException> block) {
    try {
      return Treadle.onThread(block);
    } catch (IOException failure) {
      throw Failed.on(operation, "path=" + path, failure);
    }
  }

  static void on(String operation, Path path, Action<IOException> action) {
    AsyncFiles.<@Nullable Void>on(
        operation,
        path,
        () -> {
          action.run();
          return null;
        });
  }
}
