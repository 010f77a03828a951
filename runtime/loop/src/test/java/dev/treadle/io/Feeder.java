package dev.treadle.io;

import dev.treadle.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Feeds a reader by hand, and counts what the reader asks of its source. */
final class Feeder implements Source {
  final StreamReader reader;
  int pauses;
  int resumes;

  /** Runs when the reader wants more. */
  Runnable onResume = () -> {};

  Feeder() {
    this(64, 128);
  }

  Feeder(int low, int high) {
    reader = new StreamReader(Loop.current(), "fed", this, low, high);
  }

  /** Each character a byte. */
  ByteBuf feed(String text) {
    ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    reader.feed(bytes);
    return bytes;
  }

  /** Each character in a chunk of its own. */
  void feedSingly(String text) {
    text.chars().forEach(one -> feed(Character.toString(one)));
  }

  @Override
  public void pause() {
    pauses++;
  }

  @Override
  public void resume() {
    resumes++;
    onResume.run();
  }

  /** The inverse; {@code null} for the end. */
  static String text(byte @Nullable [] bytes) {
    return bytes == null ? "null" : new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
