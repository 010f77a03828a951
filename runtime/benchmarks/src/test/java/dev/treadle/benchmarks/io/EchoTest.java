package dev.treadle.benchmarks.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The client of the echo benchmark, and every echo server in Java. */
class EchoTest {
  private static final long EXCHANGE_NANOS = 50_000_000;

  @ParameterizedTest
  @EnumSource
  void shouldAnswerByNetty(NettyTransport transport) {
    assumeThat(transport.treadle.isAvailable()).as("this machine has it").isTrue();
    try (NettyEcho server = new NettyEcho(transport)) {
      assertAnswers(server.port());
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldAnswerByTreadle(NettyTransport transport) {
    assumeThat(transport.treadle.isAvailable()).as("this machine has it").isTrue();
    try (OnLoop server = TreadleServers.echo(transport)) {
      assertAnswers(server.port());
    }
  }

  @Test
  void shouldRefuseAReplyThatDiffers() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answerWrongly(server));

      assertThatThrownBy(() -> EchoConnections.open(server.getLocalPort(), 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the reply differs from the request: connection=0");
    }
  }

  @Test
  void shouldGoOnWaitingWhenASignalEndsTheWait() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> answerAfterAStop(server));

      try (EchoConnections connections = EchoConnections.open(server.getLocalPort(), 1)) {
        assertThat(connections).isNotNull();
      }
    }
  }

  private static void assertAnswers(int port) {
    Latencies latencies = new Latencies();
    try (EchoConnections connections = EchoConnections.open(port, 10)) {
      connections.exchange(EXCHANGE_NANOS, latencies);
      connections.roundTripEach();
    }
    assertThat(latencies.count()).isPositive();
    assertThat(latencies.percentile(0.5)).isBetween(1L, EXCHANGE_NANOS);
  }

  private static void answerAfterAStop(ServerSocket server) {
    String self = Long.toString(ProcessHandle.current().pid());
    try (Socket socket = server.accept()) {
      byte[] request = socket.getInputStream().readNBytes(EchoConnections.REQUEST_BYTES);
      new ProcessBuilder("sh", "-c", "kill -STOP \"$1\"; kill -CONT \"$1\"", "sh", self)
          .start()
          .waitFor();
      socket.getOutputStream().write(request);
      socket.getInputStream().read();
    } catch (IOException | InterruptedException gone) {
      // The client fails by itself.
    }
  }

  private static void answerWrongly(ServerSocket server) {
    try (Socket socket = server.accept()) {
      byte[] request = socket.getInputStream().readNBytes(EchoConnections.REQUEST_BYTES);
      request[request.length - 1]++;
      socket.getOutputStream().write(request);
      socket.getInputStream().read();
    } catch (IOException gone) {
      // The client has seen enough.
    }
  }
}
