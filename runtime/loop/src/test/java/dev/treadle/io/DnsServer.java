package dev.treadle.io;

import dev.treadle.Task;
import dev.treadle.Treadle;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A name server on the loopback that knows what a test tells it. */
final class DnsServer implements AutoCloseable {
  static final int NO_ERROR = 0;
  static final int SERVER_FAILURE = 2;
  static final int NO_SUCH_NAME = 3;
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final int A = 1;
  private static final int AAAA = 28;

  private final UdpSocket socket;
  private final Server tcp;
  private final Map<String, List<byte[]>> hosts = new HashMap<>();
  private final Map<String, Integer> errors = new HashMap<>();
  private final Set<String> tooLong = new HashSet<>();
  private final List<String> queries = new ArrayList<>();
  private final Task<@Nullable Void> serving;

  DnsServer() {
    UdpSocket bound = UdpSocket.bind(ANY_PORT);
    Server listening = null;
    while (listening == null) {
      try {
        listening = Net.listen(bound.localAddress(), this::serveTcp);
      } catch (UncheckedIOException taken) {
        // By somebody else's TCP: another port.
        bound.close();
        bound = UdpSocket.bind(ANY_PORT);
      }
    }
    socket = bound;
    tcp = listening;
    serving = Treadle.spawn("dns server", this::serve);
  }

  InetSocketAddress address() {
    return socket.localAddress();
  }

  /** Says of the name, over UDP, that the answer is too long for that. */
  DnsServer tooLong(String name) {
    tooLong.add(name);
    return this;
  }

  private void serveTcp(Connection connection) {
    byte[] length = connection.reader().readExactly(2);
    byte[] query = connection.reader().readExactly(ByteBuffer.wrap(length).getShort());
    byte[] answer = answer(ByteBuffer.wrap(query), true);
    if (answer != null) {
      connection.writer().write(new byte[] {(byte) (answer.length >> 8), (byte) answer.length});
      connection.writer().write(answer);
    }
    connection.reader().readAll(10_000);
  }

  /** What it was asked so far, as {@code A name} or {@code TCP A name}. */
  List<String> queries() {
    return queries;
  }

  DnsServer host(String name, byte[]... addresses) {
    hosts.put(name, List.of(addresses));
    return this;
  }

  /** Answers questions for the name so; -1: not at all. */
  DnsServer error(String name, int code) {
    errors.put(name, code);
    return this;
  }

  private void serve() {
    while (true) {
      Datagram query = socket.receive();
      byte[] answer = answer(ByteBuffer.wrap(query.bytes()), false);
      if (answer != null) {
        socket.send(answer, query.address());
      }
    }
  }

  private byte @Nullable [] answer(ByteBuffer query, boolean overTcp) {
    short id = query.getShort();
    query.position(12);
    StringBuilder name = new StringBuilder();
    for (int length = query.get(); length > 0; length = query.get()) {
      byte[] label = new byte[length];
      query.get(label);
      name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.US_ASCII));
    }
    int type = query.getShort();
    query.getShort();
    byte[] question = new byte[query.position() - 12];
    query.get(12, question);
    // Names have no case.
    String host = name.toString().toLowerCase(Locale.ENGLISH);
    boolean cut = !overTcp && tooLong.contains(host);
    queries.add(
        (overTcp ? "TCP " : "") + (type == A ? "A " : type == AAAA ? "AAAA " : type + " ") + host);

    List<byte[]> found =
        hosts.getOrDefault(host, List.of()).stream()
            .filter(address -> address.length == (type == A ? 4 : 16))
            .toList();
    int code = errors.getOrDefault(host, hosts.containsKey(host) ? NO_ERROR : NO_SUCH_NAME);
    return code < 0
        ? null
        : answer(id, cut ? 0x200 : code, question, type, cut ? List.of() : found);
  }

  private static byte[] answer(
      short id, int flags, byte[] question, int type, List<byte[]> addresses) {
    ByteBuffer answer = ByteBuffer.allocate(1500);
    answer.putShort(id).putShort((short) (0x8180 | flags));
    answer.putShort((short) 1).putShort((short) addresses.size());
    answer.putShort((short) 0).putShort((short) 0).put(question);
    for (byte[] address : addresses) {
      // The name is the question's.
      answer.putShort((short) 0xC00C).putShort((short) type).putShort((short) 1);
      answer.putInt(300).putShort((short) address.length).put(address);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(answer.array(), 0, answer.position());
    return bytes.toByteArray();
  }

  @Override
  public void close() {
    serving.cancel();
    socket.close();
    tcp.close();
  }
}
