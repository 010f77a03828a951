package dev.treadle.offload.process;

import dev.treadle.offload.internal.Frames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Frames that come out of a socket that does not block. Confined to the client's thread. */
final class Inbox {
  private static final int SIZE = 64 << 10;

  /** What gets the frames. */
  interface Receiver {
    /** The payload of an item comes after the room for a header. */
    void receive(byte kind, long seq, byte[] item);
  }

  private final Receiver receiver;
  private ByteBuffer buffer = ByteBuffer.allocate(SIZE);

  Inbox(Receiver receiver) {
    this.receiver = receiver;
  }

  /** False at the end of the stream. */
  boolean read(SocketChannel channel) throws IOException {
    while (true) {
      int count = channel.read(buffer);
      if (count < 0) {
        return false;
      }
      boolean full = !buffer.hasRemaining();
      buffer.flip();
      deliver();
      if (!full) {
        return true;
      }
    }
  }

  private void deliver() {
    int needed = Frames.HEADER;
    while (buffer.remaining() >= Frames.HEADER) {
      int payload = Frames.payloadLength(buffer.getInt(buffer.position()), Frames.MAX_LENGTH);
      needed = Frames.HEADER + payload;
      if (buffer.remaining() < needed) {
        break;
      }
      byte[] frame = new byte[needed];
      byte kind = buffer.get(buffer.position() + 4);
      long seq = buffer.getLong(buffer.position() + 5);
      buffer.get(frame);
      needed = Frames.HEADER;
      receiver.receive(kind, seq, frame);
    }
    boolean roomy = buffer.capacity() > SIZE && needed <= SIZE && buffer.remaining() < SIZE;
    if (needed > buffer.capacity() || roomy) {
      buffer = ByteBuffer.allocate(Math.max(SIZE, needed)).put(buffer);
    } else {
      buffer.compact();
    }
  }
}
