package dev.treadle.http;

import static dev.treadle.http.Http.handler;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.treadle.Loop;
import dev.treadle.Transport;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.netty.http.server.HttpServer;

class ReusePortTest {
  private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

  @BeforeEach
  void requireReusePort() {
    Transport transport = Transport.preferred();
    assumeTrue(
        transport == Transport.EPOLL || transport == Transport.IO_URING,
        () -> "SO_REUSEPORT spreads connections on Linux alone: transport=" + transport);
  }

  private static HttpServer saysItsLoop() {
    return HttpServer.create()
        .host("127.0.0.1")
        .port(0)
        .handle(handler((request, response) -> response.send("<" + Loop.current().name() + ">")));
  }

  private static String ask(Socket connection) throws java.io.IOException {
    Local.send(connection, GET);
    String answer = Local.readUntil(connection, ">");
    return answer.substring(answer.lastIndexOf('<'));
  }

  @Test
  void shouldSpreadConnectionsAndKeepEachOnItsLoop() throws Exception {
    Set<String> seen = new HashSet<>();
    try (var servers = WebServers.start(3, "web", ReusePortTest::saysItsLoop)) {
      for (int n = 0; n < 100 && seen.size() < 3; n++) {
        try (Socket connection = Local.connect(servers.port())) {
          String first = ask(connection);
          for (int again = 0; again < 5; again++) {
            assertThat(ask(connection)).isEqualTo(first);
          }
          seen.add(first);
        }
      }

      assertThat(seen).containsExactlyInAnyOrder("<web-1>", "<web-2>", "<web-3>");
      assertThat(servers.loops()).extracting(Loop::name).containsExactly("web-1", "web-2", "web-3");
    }
  }

  @Test
  void shouldCloseTheLoopsAndFreeThePort() throws Exception {
    WebServers servers = WebServers.start(2, "web", ReusePortTest::saysItsLoop);
    Thread joiner = Thread.ofVirtual().start(() -> join(servers));
    int port = servers.port();

    servers.close(java.time.Duration.ofSeconds(5));
    joiner.join();

    assertThat(servers.loops()).allMatch(Loop::isClosed);
    assertThatThrownBy(() -> Local.connect(port)).isInstanceOf(java.net.ConnectException.class);
  }

  private static void join(WebServers servers) {
    try {
      servers.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldCloseWhatItHasStartedWhenOneCannotListen() throws Exception {
    try (var taken = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(
              () -> WebServers.start(2, "taken", () -> saysItsLoop().port(taken.getLocalPort())))
          .isInstanceOf(java.io.UncheckedIOException.class)
          .hasMessageStartingWith("cannot listen: ");
    }
    assertThat(Loop.all()).noneMatch(loop -> loop.name().startsWith("taken"));
  }

  @Test
  void shouldRefuseToStartNone() {
    assertThatThrownBy(() -> WebServers.start(0, "none", ReusePortTest::saysItsLoop))
        .hasMessage("a server needs a loop: count=0; give one for each core, say");
  }

  @HttpTest
  void shouldRefuseOnALoopsThread() {
    assertThatThrownBy(() -> WebServers.start(1, "in", ReusePortTest::saysItsLoop))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("WebServers.start() on a loop's thread, which it would block: ");
  }
}
