package dev.treadle.offload.internal;

import dev.treadle.offload.RemoteFailureException;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Values, steps and failures as bytes. Any thread. */
public final class Codec {
  private static final int MAX_STREAM_DEPTH = 1000;

  private static final ObjectInputFilter DEFAULT =
      new ObjectInputFilter() {
        @Override
        public Status checkInput(FilterInfo info) {
          return info.depth() > MAX_STREAM_DEPTH ? Status.REJECTED : Status.UNDECIDED;
        }
      };

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
    return Steps.encode(job, segments, keepFiles, true);
  }

  /** The same, for a step that each worker does as it begins: its files are kept, and not lent. */
  public static Encoded encodeInitializer(Object job, Segments segments) {
    return Steps.encode(job, segments, true, false);
  }

  /**
   * The step's own name for errors and logs: {@code dev.x.Main.lambda$f$1}, {@code dev.x.Main::f}.
   */
  public static String name(Object job) {
    return Steps.name(job, Lambdas.serialized(job));
  }

  /** The step that the payload says. */
  static Step decodeCall(ByteBuffer payload, Segments segments, ObjectInputFilter filter) {
    try {
      return Steps.decode(payload, segments, filter);
    } catch (IOException
        | ClassNotFoundException
        | LinkageError
        | RuntimeException
        | StackOverflowError failed) {
      throw unreadable("reading a step", failed);
    }
  }

  /** A worker's answer. */
  static Encoded encodeResult(long nanos, @Nullable Object value, Segments segments) {
    ByteWriter out = new ByteWriter(64);
    out.i8(nanos);
    return value(out, "the result of a step cannot be sent:", value, segments);
  }

  /** How long the worker took for a RESULT, FAILURE or FATAL; does not move the position. */
  public static long tookNanos(ByteBuffer payload) {
    return payload.getLong(payload.position());
  }

  /**
   * What a RESULT's payload, from the buffer's position to its limit, says.
   *
   * @throws UnreadableException when it cannot be read here: its class is not there, a filter
   *     refuses it, it is broken
   */
  public static @Nullable Object decodeResult(
      ByteBuffer payload, Segments segments, ObjectInputFilter filter) {
    new ByteReader(payload).i8();
    return decode(payload, segments, filter);
  }

  /** A worker's answer; as text alone when it is not to be tried whole. */
  static Encoded encodeFailure(long nanos, Throwable failure, boolean whole) {
    return Failures.encode(nanos, failure, whole);
  }

  /**
   * What the payload of a FAILURE, FATAL or INITIALIZER_FAILED says: the worker's exception with
   * the worker's stack, a {@link RemoteFailureException} in its place, or what is wrong with the
   * payload; throws nothing.
   */
  public static Throwable decodeFailure(
      ByteBuffer payload, Segments segments, ObjectInputFilter filter) {
    return Failures.decode(payload, segments, filter);
  }

  /**
   * Any value, for queues and pipes.
   *
   * @throws UnsendableException when it cannot be serialized
   */
  public static Encoded encode(@Nullable Object value, Segments segments) {
    return value(new ByteWriter(64), "sending a value that cannot be sent:", value, segments);
  }

  private static Encoded value(
      ByteWriter out, String what, @Nullable Object value, Segments segments) {
    ValueWriter values = new ValueWriter(out, segments, false, false);
    try {
      values.write(value);
      values.finish();
      return out.encoded(values.files());
    } catch (IOException | RuntimeException | StackOverflowError failed) {
      values.abandon();
      throw Blame.value(what, value, failed);
    } catch (Error failed) {
      values.abandon();
      throw failed;
    }
  }

  /**
   * A copy of what {@link #encode} was given.
   *
   * @throws UnreadableException when it cannot be read here: its class is not there, a filter
   *     refuses it, it is broken
   */
  public static @Nullable Object decode(
      ByteBuffer payload, Segments segments, ObjectInputFilter filter) {
    try {
      ValueReader values = new ValueReader(payload, segments, filter);
      Object value = values.read();
      values.finish();
      return value;
    } catch (IOException
        | ClassNotFoundException
        | LinkageError
        | RuntimeException
        | StackOverflowError failed) {
      throw unreadable("reading a value", failed);
    }
  }

  private static RuntimeException unreadable(String what, Throwable failed) {
    if (failed instanceof UnreadableException unreadable) {
      return unreadable;
    }
    return new UnreadableException(
        what
            + " that cannot be read here: failure="
            + failed
            + "; both sides need the same class path, and the ObjectInputFilter must allow it",
        failed);
  }

  /** Refuses what is absurdly deep. Arrays longer than what they came in are always refused. */
  public static ObjectInputFilter defaultFilter() {
    return DEFAULT;
  }
}
