package dev.treadle.demos;

import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.shield;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** Reads a file in pieces; each read is another thread's, and suspends the task meanwhile. */
final class FileReader implements AutoCloseable {
  private static final int PIECE = 64 * 1024;

  private final FileChannel channel;
  private final long size;

  private FileReader(FileChannel channel, long size) {
    this.channel = channel;
    this.size = size;
  }

  static FileReader open(Path file) throws IOException {
    return onThread(
        () -> {
          FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
          return new FileReader(channel, channel.size());
        });
  }

  /** How many bytes it had when it was opened. */
  long size() {
    return size;
  }

  /** The next piece; empty at the end. */
  byte[] next() throws IOException {
    byte[] piece = new byte[PIECE];
    int length = Math.max(0, onThread(() -> channel.read(ByteBuffer.wrap(piece))));
    return length == PIECE ? piece : Arrays.copyOf(piece, length);
  }

  @Override
  public void close() throws IOException {
    shield(() -> onThread(channel::close));
  }
}
