package dev.treadle.offload.process;

import dev.treadle.offload.internal.Frames;
import java.io.Serial;
import java.io.Serializable;
import java.nio.ByteBuffer;

/**
 * How another process finds a queue or an end of a pipe, and proves that it was sent it.
 *
 * @param socket where the home listens
 * @param secret the home's
 * @param home the home's pid, for messages
 * @param id of the queue or pipe
 * @param side which end of the pipe; 0 of a queue
 * @param window how many items it is to be sent ahead
 * @param name for messages
 */
@SuppressWarnings("ArrayRecordComponent")
record Handle(String socket, byte[] secret, long home, long id, byte side, int window, String name)
    implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** How many bytes a secret has. */
  static final int SECRET = 16;

  /** The same in every process. */
  String key() {
    return socket + '#' + id + '/' + side;
  }

  /** What to say first to the home. */
  byte[] hello() {
    byte[] frame = new byte[Frames.HEADER + SECRET + Long.BYTES + 1];
    ByteBuffer.wrap(frame).position(Frames.HEADER).put(secret).putLong(id).put(side);
    return Kinds.frame(Kinds.HELLO, ProcessHandle.current().pid(), frame);
  }

  @Override
  public String toString() {
    return name;
  }
}
