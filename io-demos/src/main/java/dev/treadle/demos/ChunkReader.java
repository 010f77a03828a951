package dev.treadle.demos;

import static dev.treadle.Treadle.await;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Reads an input in chunks without blocking the loop: a helper thread reads, one chunk ahead, and
 * the task awaits it. One await for a chunk of many lines costs next to nothing.
 */
final class ChunkReader implements AutoCloseable {
  private static final int CHUNK = 64 * 1024;

  private final Input input;
  private final Terminal terminal;
  private final Executor helper;

  /** Set and used by one read after another; their futures order them. */
  private @Nullable InputStream stream;

  private CompletableFuture<byte[]> ahead;

  ChunkReader(Input input, Terminal terminal, Executor helper) {
    this.input = input;
    this.terminal = terminal;
    this.helper = helper;
    this.ahead = CompletableFuture.supplyAsync(this::readBlocking, helper);
  }

  /**
   * The next chunk, empty at the end; suspends the task until it is there.
   *
   * @throws UserError if the input cannot be read
   */
  byte[] next() {
    byte[] chunk = await(ahead);
    if (chunk.length > 0) {
      ahead = CompletableFuture.supplyAsync(this::readBlocking, helper);
    }
    return chunk;
  }

  /** Closes the input when the read that goes on has ended; does not wait for that. */
  @Override
  public void close() {
    ahead.whenCompleteAsync((chunk, failure) -> closeBlocking(), helper);
  }

  private byte[] readBlocking() {
    try {
      if (stream == null) {
        stream = input.open(terminal);
      }
      byte[] buffer = new byte[CHUNK];
      int length = Math.max(0, stream.read(buffer));
      // A line keeps its whole chunk alive: a small one must not keep a large one.
      return length == CHUNK ? buffer : Arrays.copyOf(buffer, length);
    } catch (IOException e) {
      throw new UserError(
          "cannot read: file=" + input.name() + " cause=" + e.getMessage() + "; check the file");
    }
  }

  private void closeBlocking() {
    try {
      if (stream != null) {
        stream.close();
      }
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }
}
