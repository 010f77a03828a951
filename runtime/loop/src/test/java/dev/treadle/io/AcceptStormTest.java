package dev.treadle.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.ChildJvm;
import dev.treadle.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** More clients than the server's process may have files open. */
@Timeout(120)
@EnabledOnOs(value = OS.LINUX, disabledReason = "counts in /proc, and sets a limit by ulimit")
class AcceptStormTest {
  private static final int FILES = 100;

  static Stream<Transport> transports() {
    return Loopback.transports();
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldLogOncePauseAndRecoverWhenTheProcessHasTooManyFilesOpen(Transport transport)
      throws Exception {
    try (ChildJvm server =
        ChildJvm.limited(
            FILES, AcceptStorm.class, "-Dtreadle.transport=" + transport.propertyValue())) {
      int port = Integer.parseInt(server.awaitStart("listening "));
      String before = ask(port, "files");

      List<Socket> storm = new ArrayList<>();
      for (int n = 0; n < FILES + 20; n++) {
        storm.add(connect(port));
      }
      String logged = server.awaitStart("logged ");
      assertThat(logged).startsWith("accept failed: address=127.0.0.1:" + port + "; ");
      assertThat(logged).containsPattern("Too many open files|EMFILE");
      // Those it has are served as ever.
      assertThat(ask(storm.getFirst(), "still")).isEqualTo("still");
      for (Socket client : storm) {
        client.close();
      }

      assertThat(ask(port, "again")).isEqualTo("again");
      assertThat(untilFiles(port, before)).isEqualTo(before);
      try (Socket last = connect(port)) {
        last.getOutputStream().write("stop\n".getBytes(StandardCharsets.UTF_8));
        server.awaitLine("tasks 0");
      }
      assertThat(server.awaitExit()).isZero();
      assertThat(server.output()).filteredOn(line -> line.startsWith("logged ")).hasSize(1);
    }
  }

  /** What is closed is closed in one of the next turns: asks until it is so, or time is up. */
  private static String untilFiles(int port, String expected) throws IOException {
    String files = ask(port, "files");
    while (!files.equals(expected)) {
      files = ask(port, "files");
    }
    return files;
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static String ask(int port, String line) throws IOException {
    try (Socket socket = connect(port)) {
      return ask(socket, line);
    }
  }

  private static String ask(Socket socket, String line) throws IOException {
    socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    return new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
        .readLine();
  }
}
