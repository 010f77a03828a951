package dev.treadle.offload.process;

import dev.treadle.offload.internal.Frames;

/** What a home and its clients say to each other, in the frames of {@link Frames}. */
final class Kinds {
  /** To the home, first: the secret, the object's id, the side; the client's pid as seq. */
  static final byte HELLO = 40;

  /** To the home: the payload is an item; there was a credit for it. */
  static final byte PUT = 41;

  /** To the home: a put waits for room; answered by GRANT. */
  static final byte WANT = 42;

  /** To the home: answered by GRANT_NOW or NO_ROOM. */
  static final byte WANT_NOW = 43;

  /** To the home: so many credits (seq) are not needed. */
  static final byte BACK = 44;

  /** To the home: takes wait for so many items (seq); each is answered by ITEM. */
  static final byte TAKE = 45;

  /** To the home: answered by ITEM_NOW or NOTHING. */
  static final byte TAKE_NOW = 46;

  /** To the home: one take less waits. */
  static final byte UNTAKE = 47;

  /** To the home: the item of that seq is received. */
  static final byte ACK = 48;

  /** To the home: nobody here wants the item of that seq any more. */
  static final byte RETURN = 49;

  /** To the home: nothing more goes in; answered by CLOSED. */
  static final byte CLOSE = 50;

  /** To the home: nothing more goes in, and what is there is dropped. */
  static final byte CLOSE_NOW = 51;

  /** To the home: this end of a pipe takes and gives nothing more. */
  static final byte LEAVE = 52;

  /** To a client: so many items (seq) more may be put. */
  static final byte GRANT = 60;

  /** To a client: the offer may put its item. */
  static final byte GRANT_NOW = 61;

  /** To a client: the offer may not. */
  static final byte NO_ROOM = 62;

  /** To a client: others wait for the room that was granted; answered by BACK. */
  static final byte RECALL = 63;

  /** To a client: an item, to be acknowledged by its seq. */
  static final byte ITEM = 64;

  /** To a client: the same, for a poll. */
  static final byte ITEM_NOW = 65;

  /** To a client: the poll gets nothing. */
  static final byte NOTHING = 66;

  /** To a client: no more puts; seq is the {@link State}'s ordinal. Answered by BACK. */
  static final byte CLOSED = 67;

  /** To a client: no more items come. */
  static final byte END = 68;

  /** To a client: it is not let in; the payload says why. */
  static final byte REFUSED = 69;

  private Kinds() {}

  /** A frame without a payload. */
  static byte[] frame(byte kind, long seq) {
    byte[] frame = new byte[Frames.HEADER];
    Frames.header(frame, 0, kind, seq, 0);
    return frame;
  }

  /** Makes an item, which has the room for it, a frame. */
  static byte[] frame(byte kind, long seq, byte[] item) {
    Frames.header(item, 0, kind, seq, item.length - Frames.HEADER);
    return item;
  }
}
