package dev.treadle.offload.internal;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a worker has to know; the parent writes it to the worker's standard input, which it then
 * keeps open: its end is the parent's end, and the worker's.
 *
 * @param secret what HELLO has to carry
 * @param socket where the parent listens
 * @param board the file of its board
 * @param number which of the pool's workers it is, from 1 on, never the same twice; its segments'
 *     names begin with {@link #prefix}
 * @param segments where large values go, the best first
 * @param threshold from how many bytes on
 * @param filter the pattern of an ObjectInputFilter for what it reads; empty for the default
 * @param cleanup what to delete, with all in it, when the parent is gone
 */
@SuppressWarnings("ArrayRecordComponent")
public record WorkerSetup(
    byte[] secret,
    Path socket,
    Path board,
    int number,
    List<Path> segments,
    int threshold,
    String filter,
    List<Path> cleanup) {
  private static final int MAX_LENGTH = 1 << 20;
  private static final int SECRET = 32;

  /** What the names of that worker's segments begin with. */
  public static String prefix(int number) {
    return "w" + number + "-";
  }

  /** A new secret. Reads the system's random bytes itself: SecureRandom takes long to start. */
  public static byte[] newSecret() {
    byte[] secret = new byte[SECRET];
    try (InputStream random = Files.newInputStream(Path.of("/dev/urandom"))) {
      if (random.readNBytes(secret, 0, SECRET) == SECRET) {
        return secret;
      }
    } catch (IOException notHere) {
      // Another kind of system.
    }
    new SecureRandom().nextBytes(secret);
    return secret;
  }

  /** For the worker's standard input. */
  public byte[] toBytes() {
    ByteWriter out = new ByteWriter(512);
    out.i4(0);
    out.count(secret.length);
    out.raw(secret, 0, secret.length);
    out.string(socket.toString());
    out.string(board.toString());
    out.i4(number);
    paths(out, segments);
    out.i4(threshold);
    out.string(filter);
    paths(out, cleanup);
    out.putInt(Frames.HEADER, out.at - Frames.HEADER - 4);
    return Arrays.copyOfRange(out.bytes, Frames.HEADER, out.at);
  }

  private static void paths(ByteWriter out, List<Path> paths) {
    out.count(paths.size());
    for (Path path : paths) {
      out.string(path.toString());
    }
  }

  /** In the worker; leaves what follows unread. */
  static WorkerSetup read(InputStream stream) throws IOException {
    // Not DataInputStream, which begins with handles on byte arrays.
    ByteReader header = new ByteReader(ByteBuffer.wrap(exactly(stream, 4)));
    int length = header.i4();
    if (length < 0 || length > MAX_LENGTH) {
      throw new MalformedException(
          "reading a worker's setup: length=" + length + "; a worker is started by a pool only");
    }
    ByteReader in = new ByteReader(ByteBuffer.wrap(exactly(stream, length)));
    return new WorkerSetup(
        in.raw(in.count()),
        Path.of(in.string()),
        Path.of(in.string()),
        in.i4(),
        paths(in),
        in.i4(),
        in.string(),
        paths(in));
  }

  private static byte[] exactly(InputStream stream, int length) throws IOException {
    byte[] bytes = stream.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException(
          "reading a worker's setup: bytes="
              + bytes.length
              + "; a worker is started by a pool only");
    }
    return bytes;
  }

  private static List<Path> paths(ByteReader in) {
    int count = in.count();
    in.need(count, "paths");
    List<Path> paths = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      paths.add(Path.of(in.string()));
    }
    return paths;
  }
}
