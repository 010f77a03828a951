package dev.treadle.offload.internal;

import java.io.ObjectInputFilter;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Values, steps and failures as bytes. Any thread. */
public final class Codec {
  private Codec() {}

  /**
   * A step: a serializable lambda or method reference, or a serializable object that is a Callable
   * or has a {@code run()}.
   *
   * @param keepFiles whether the worker leaves the files of large values where they are, for a
   *     second try; the sender then deletes them
   * @throws UnsendableException when it or what it captures cannot be serialized
   */
  public static Encoded encodeCall(Object job, Segments segments, boolean keepFiles) {
    throw new UnsupportedOperationException();
  }

  /**
   * The step's own name for errors and logs: {@code dev.x.Main.lambda$1}, {@code dev.x.Main::f}.
   */
  public static String name(Object job) {
    throw new UnsupportedOperationException();
  }

  /** How long the worker took for a RESULT, FAILURE or FATAL; does not move the position. */
  public static long tookNanos(ByteBuffer payload) {
    return payload.getLong(payload.position());
  }

  /**
   * What a RESULT's payload, from the buffer's position to its limit, says.
   *
   * @throws UnreadableException when it cannot be read here
   */
  public static @Nullable Object decodeResult(
      ByteBuffer payload, Segments segments, ObjectInputFilter filter) {
    throw new UnsupportedOperationException();
  }

  /** What the payload of a FAILURE, FATAL or INITIALIZER_FAILED says; throws nothing. */
  public static Throwable decodeFailure(
      ByteBuffer payload, Segments segments, ObjectInputFilter filter) {
    throw new UnsupportedOperationException();
  }

  /**
   * Any value, for queues and pipes.
   *
   * @throws UnsendableException when it cannot be serialized
   */
  public static Encoded encode(@Nullable Object value, Segments segments) {
    throw new UnsupportedOperationException();
  }

  /**
   * What {@link #encode} was given, or a copy of it.
   *
   * @throws UnreadableException when it cannot be read here
   */
  public static @Nullable Object decode(
      ByteBuffer payload, Segments segments, ObjectInputFilter filter) {
    throw new UnsupportedOperationException();
  }

  /** Refuses what is absurdly deep or large; a user's own filter comes before it. */
  public static ObjectInputFilter defaultFilter() {
    throw new UnsupportedOperationException();
  }
}
