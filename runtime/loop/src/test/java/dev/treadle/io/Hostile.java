package dev.treadle.io;

import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.yieldNow;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Loop;
import dev.treadle.Transport;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A server under attack, on virtual time, on the loop of its clients. At the end it must have no
 * connection, no byte of memory, no task and no file more than at the start, and have reported no
 * failure: see also {@link Loopback} and {@link Leaks}.
 */
final class Hostile {
  /** What the kernel may buffer: little, so that it is soon full. */
  private static final int KERNEL = 1 << 15;

  /** The server's own, for all its connections; it counts each byte in use. */
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

  final Server server;

  private Hostile(NetOptions options, ConnectionHandler handler) {
    server =
        options
            .option(ChannelOption.ALLOCATOR, allocator)
            .option(ChannelOption.SO_SNDBUF, KERNEL)
            .listen(Loopback.ANY, handler);
  }

  /** What clients do to a server. */
  interface Attack {
    void run(Hostile target) throws Exception;
  }

  static void attack(Transport transport, ConnectionHandler handler, Attack attack) {
    attack(transport, Net::options, handler, attack);
  }

  static void attack(
      Transport transport, Options options, ConnectionHandler handler, Attack attack) {
    Loopback.run(
        transport,
        List.of(),
        () -> {
          Hostile target = new Hostile(options.make(), handler);
          try (Server server = target.server) {
            attack.run(target);
            assertThat(server.isAccepting()).isTrue();
          }
          // For what has been handed to the kernel and comes back.
          target.settle();
          assertThat(target.server.connections()).isEmpty();
          assertThat(target.memory()).as("bytes in use").isZero();
        });
  }

  /** Options for each run anew. */
  interface Options {
    NetOptions make();
  }

  /** How many bytes the buffers of the server's connections take. */
  long memory() {
    return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
  }

  Connection connect() {
    return Net.connect(server.localAddress());
  }

  /**
   * Lets everything go on that does not wait for time, and a bit more than that. Virtual time waits
   * a second for each client that is none of the loop's: {@link #until} does not.
   */
  void settle() {
    sleep(Duration.ofMillis(10));
  }

  /** Goes on turning until it is so; no time passes. */
  static void until(BooleanSupplier so) {
    while (!so.getAsBoolean()) {
      yieldNow();
    }
  }

  /** Waits for so many connections. */
  void untilServing(int count) {
    until(() -> server.connections().size() == count);
  }

  /** Lets the time pass until the server has let go of all its connections; returns that time. */
  Duration awaitNobody() {
    while (!server.connections().isEmpty()) {
      sleep(Duration.ofSeconds(1));
    }
    Duration time = Loop.current().time();
    until(() -> memory() == 0);
    return time;
  }

  /** A client of the JDK's, connected by the kernel before the server has accepted it. */
  Socket socket() throws IOException {
    InetSocketAddress address = Loopback.address(server);
    Socket socket = new Socket();
    socket.setReceiveBufferSize(KERNEL);
    socket.connect(address);
    // It reads on the loop's own thread: only what is there.
    socket.setSoTimeout(1000);
    return socket;
  }

  /** Closes it without a word, so that the peer gets a reset. */
  static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  /** A real client: its line must come back, and without any time passing. */
  void assertServes() {
    Duration before = Loop.current().time();
    try (Connection client = connect()) {
      client.writer().write("hello\n");
      assertThat(client.reader().readLine()).isEqualTo("hello");
    }
    assertThat(Loop.current().time()).as("time of a quick answer").isEqualTo(before);
  }

  /** Sends each line back. */
  static void echoLines(Connection connection) {
    for (String line : connection.reader().lines()) {
      connection.writer().write(line + "\n");
    }
  }
}
