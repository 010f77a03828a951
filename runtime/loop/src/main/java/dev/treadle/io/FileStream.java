package dev.treadle.io;

import static dev.treadle.Treadle.onThread;

import dev.treadle.Action;
import dev.treadle.Loop;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An open file, to be read or to be written: from {@link AsyncFiles#open}. trio's {@code
 * open_file}.
 *
 * <pre>{@code
 * try (var file = AsyncFiles.open(path)) {
 *   for (String line : file.reader().lines()) { ... }
 * }
 * }</pre>
 *
 * <p>Each read and write runs on a thread of the loop's pool, {@link dev.treadle.Treadle#onThread},
 * and counts for its limiter. A read takes 64 KiB from the file, a write ends when the operating
 * system has the bytes; nothing else is buffered. A read or write that is cancelled while it runs
 * is waited for, which takes as long as the file system does: for a terminal, a pipe or a FIFO this
 * is the wrong tool.
 *
 * <p>Confined to the thread of the loop that opened it.
 */
public final class FileStream implements AutoCloseable {
  private final Path path;
  private final @Nullable StreamReader reader;
  private final @Nullable StreamWriter writer;

  /** How it is closed by a task, and by a thread. */
  private final Action<IOException> close;

  private final Action<IOException> closeBlocking;
  private boolean closed;

  FileStream(Path path, InputStream input) {
    this.path = path;
    // The marks are never reached: nothing comes unasked.
    this.reader =
        new StreamReader(
            Loop.current(), path, new FileSource(input), Integer.MAX_VALUE, Integer.MAX_VALUE);
    this.writer = null;
    this.closeBlocking = input::close;
    this.close = () -> onThread(closeBlocking);
  }

  FileStream(Path path, OutputStream output) {
    FileSink sink = new FileSink(Loop.current(), path, output);
    this.path = path;
    this.reader = null;
    this.writer = sink.writer();
    this.closeBlocking = sink::finish;
    this.close = sink::close;
  }

  /**
   * What is in the file, from its start.
   *
   * @throws IllegalStateException if it is open for writing
   */
  public StreamReader reader() {
    if (reader == null) {
      throw new IllegalStateException(
          "reader() of a file open for writing: path=" + path + "; open it without an option");
    }
    return reader;
  }

  /**
   * Into the file.
   *
   * @throws IllegalStateException if it is open for reading
   */
  public StreamWriter writer() {
    if (writer == null) {
      throw new IllegalStateException(
          "writer() of a file open for reading: path="
              + path
              + "; open it with StandardOpenOption.WRITE, and CREATE or APPEND");
    }
    return writer;
  }

  /** The file, as it was given. */
  public Path path() {
    return path;
  }

  /**
   * Writes out what a cancelled write has left, and closes the file; waits for that, also in a
   * cancelled scope. Does nothing the second time.
   *
   * @throws UncheckedIOException if that fails
   * @throws IllegalStateException outside a task
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    IOException why = new IOException("the file is closed");
    if (reader != null) {
      reader.discard(why);
    }
    try {
      FileEnd.close(path, close, closeBlocking);
    } finally {
      if (writer != null) {
        writer.fail(why);
      }
    }
  }

  @Override
  public String toString() {
    return "FileStream["
        + path
        + (reader == null ? " writing" : " reading")
        + (closed ? " closed]" : "]");
  }
}
