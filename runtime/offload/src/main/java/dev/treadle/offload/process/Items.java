package dev.treadle.offload.process;

import dev.treadle.offload.NotSendableException;
import dev.treadle.offload.internal.Codec;
import dev.treadle.offload.internal.Encoded;
import dev.treadle.offload.internal.Frames;
import dev.treadle.offload.internal.Segments;
import dev.treadle.offload.internal.UnreadableException;
import dev.treadle.offload.internal.UnsendableException;
import java.io.InvalidObjectException;
import java.io.ObjectInputFilter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Objects as items, and back. Any thread. */
final class Items {
  private Items() {}

  /**
   * The object after the room for a frame's header.
   *
   * @throws NotSendableException if it cannot be serialized, or is too large
   */
  static byte[] encode(String operation, Object item) {
    Encoded encoded;
    try {
      encoded = Codec.encode(Objects.requireNonNull(item, "item"), Segments.none());
    } catch (UnsendableException unsendable) {
      NotSendableException refused =
          new NotSendableException(
              operation + "() of what cannot be sent: " + unsendable.getMessage());
      refused.initCause(unsendable);
      throw refused;
    }
    int length = Frames.HEADER + encoded.length();
    if (length > Frames.MAX_LENGTH) {
      throw new NotSendableException(
          operation
              + "() of something too large: type="
              + item.getClass().getName()
              + " bytes="
              + encoded.length()
              + " limit="
              + (Frames.MAX_LENGTH - Frames.HEADER)
              + "; send it in parts, or put it in shared memory");
    }
    byte[] bytes = encoded.bytes();
    return bytes.length == length ? bytes : Arrays.copyOf(bytes, length);
  }

  /**
   * A copy of what was encoded.
   *
   * @throws UncheckedIOException if it cannot be made here
   */
  static Object decode(
      String operation, Object from, Delivery delivery, @Nullable ObjectInputFilter filter) {
    byte[] item = delivery.item();
    ByteBuffer payload = ByteBuffer.wrap(item, Frames.HEADER, item.length - Frames.HEADER);
    try {
      return Objects.requireNonNull(
          Codec.decode(payload, Segments.none(), filter == null ? Codec.defaultFilter() : filter));
    } catch (UnreadableException unreadable) {
      InvalidObjectException cause = new InvalidObjectException(unreadable.getMessage());
      cause.initCause(unreadable);
      throw new UncheckedIOException(
          operation
              + "() of what cannot be read here: from="
              + from
              + " cause="
              + unreadable.getMessage()
              + "; it is dropped, and the next can be taken",
          cause);
    }
  }
}
