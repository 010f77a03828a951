package dev.treadle.offload.internal;

import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * What passes between a parent and its worker: {@code int length, byte kind, long seq, payload},
 * big-endian, where the length counts what follows it. Any thread.
 */
public final class Frames {
  /** The bytes before the payload. */
  public static final int HEADER = 13;

  /** The most a length may say; larger is a broken or hostile peer. */
  public static final int MAX_LENGTH = 1 << 30;

  /** The most the length of a {@link #HELLO} may say: what an unknown peer may make us keep. */
  public static final int MAX_HELLO_LENGTH = 256;

  /** To a worker: a call, as {@link Codec#encodeCall} gives it. */
  public static final byte CALL = 1;

  /** To a worker: a call that comes before all others; answered by READY or INITIALIZER_FAILED. */
  public static final byte INITIALIZE = 2;

  /** To a worker: nothing more comes; it exits with status 0 after what it has. */
  public static final byte END = 3;

  /** From a worker, first of all: the secret; its pid is in the place of the seq. */
  public static final byte HELLO = 16;

  /** From a worker: the initializer is done. */
  public static final byte READY = 17;

  /** From a worker: {@link Codec#decodeResult}. */
  public static final byte RESULT = 18;

  /** From a worker: {@link Codec#decodeFailure}. */
  public static final byte FAILURE = 19;

  /** From a worker: a failure that leaves its heap suspect; it should be replaced. */
  public static final byte FATAL = 20;

  /** From a worker: the initializer failed, and how: {@link Codec#decodeFailure}. */
  public static final byte INITIALIZER_FAILED = 21;

  /** From a worker: the call was revoked before it began. No payload. */
  public static final byte REVOKED = 22;

  /** From a worker: a RESULT of which parts lie in files: for a thread that may block. */
  public static final byte STORED_RESULT = 23;

  private Frames() {}

  /** Writes a header into the first {@link #HEADER} bytes of the array from there on. */
  public static void header(byte[] into, int at, byte kind, long seq, int payload) {
    ByteBuffer.wrap(into, at, HEADER).putInt(HEADER - 4 + payload).put(kind).putLong(seq);
  }

  /**
   * The length of the payload that follows such a length field.
   *
   * @throws MalformedException when no frame has it
   */
  public static int payloadLength(int length, int limit) {
    if (length < HEADER - 4 || length > limit) {
      throw new MalformedException(
          "reading a frame: length="
              + length
              + "; a peer of this version sends "
              + (HEADER - 4)
              + " to "
              + limit);
    }
    return length - (HEADER - 4);
  }

  /** Whether they are the same, in a time that does not depend on where they differ. */
  public static boolean sameSecret(byte[] ours, byte[] theirs) {
    return MessageDigest.isEqual(ours, theirs);
  }
}
