package dev.treadle.offload.internal;

import java.util.List;

/**
 * A payload, after {@link Frames#HEADER} free bytes so that a frame is written without a copy.
 *
 * @param bytes holds it, from {@link Frames#HEADER} on
 * @param length how long the payload is; the array may be longer
 * @param files what of it lies in files: whoever sends gives them up when the frame does not arrive
 */
@SuppressWarnings("ArrayRecordComponent")
public record Encoded(byte[] bytes, int length, List<Stored> files) {
  /** Makes it a frame of {@code HEADER + length} bytes from index 0 on. */
  public Encoded frame(byte kind, long seq) {
    Frames.header(bytes, 0, kind, seq, length);
    return this;
  }
}
