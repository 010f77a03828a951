package dev.treadle.offload.process;

/**
 * An item on its way to who takes it.
 *
 * @param seq by which it is acknowledged
 * @param item after the room for a frame's header
 */
@SuppressWarnings("ArrayRecordComponent")
record Delivery(long seq, byte[] item) {
  /** There will be no more. */
  static final Delivery END = new Delivery(-1, new byte[0]);

  /** There is none now. */
  static final Delivery NOTHING = new Delivery(-2, new byte[0]);
}
