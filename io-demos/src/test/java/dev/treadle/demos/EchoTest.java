package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Transport;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120)
class EchoTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  static Stream<String> transports() {
    return Arrays.stream(Transport.values())
        .filter(Transport::isAvailable)
        .map(Transport::propertyValue);
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldSendBackEveryByteWhenClientsAreManyOn(String transport) throws Exception {
    int clients = 20;
    try (Running echo = Running.demo("echo", "--port", "0", "--transport", transport);
        ExecutorService threads = Executors.newCachedThreadPool()) {
      int port = echo.port();
      List<Callable<Boolean>> talks = new ArrayList<>();
      for (int n = 0; n < clients; n++) {
        byte[] sent = new byte[200_000];
        new SplittableRandom(n).nextBytes(sent);
        talks.add(() -> Arrays.equals(sent, echoed(port, sent)));
      }
      for (Future<Boolean> isSame : threads.invokeAll(talks)) {
        assertThat(isSame.get()).isTrue();
      }

      assertThat(echo.end())
          .isEqualTo(
              new Ran(
                  130,
                  """
                  echo listens: address=127.0.0.1:%d transport=%s; Ctrl-C ends it
                  echo ended: connections=20 bytes=4000000
                  """
                      .formatted(port, transport),
                  ""));
    }
  }

  /** Sends all, ends its output, and reads to the end, at once. */
  private static byte[] echoed(int port, byte[] sent) throws Exception {
    try (Socket socket = new Socket(HERE, port)) {
      Thread writer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      OutputStream out = socket.getOutputStream();
                      out.write(sent);
                      socket.shutdownOutput();
                    } catch (IOException e) {
                      // The reader sees that something is missing.
                    }
                  });
      byte[] back = socket.getInputStream().readAllBytes();
      writer.join();
      return back;
    }
  }

  @Test
  void shouldGoOnWhenAClientIsGoneInTheMiddle() throws Exception {
    try (Running echo = Running.demo("echo", "--port", "0")) {
      int port = echo.port();
      try (Socket rude = new Socket(HERE, port)) {
        rude.setSoLinger(true, 0);
        rude.getOutputStream().write(new byte[1000]);
      }

      assertThat(echoed(port, new byte[] {1, 2, 3})).containsExactly(1, 2, 3);
      assertThat(echo.end().err()).isEmpty();
    }
  }

  @Test
  void shouldSayInOneLineWhenThePortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, HERE)) {
      String port = Integer.toString(taken.getLocalPort());

      assertThat(Ran.demo("echo", "--port", port, "--transport", "nio"))
          .isEqualTo(
              new Ran(
                  2,
                  "",
                  "cannot listen: address=127.0.0.1:"
                      + port
                      + " cause=address already in use; give another --port, or 0 for any that is"
                      + " free\n"));
      // Each transport has words of its own.
      assertThat(Ran.demo("echo", "--port", port).err())
          .startsWith("cannot listen: address=127.0.0.1:" + port + " cause=address already in use")
          .hasLineCount(1);
    }
  }

  @Test
  void shouldSayInOneLineWhenThereIsNoSuchHost() {
    assertThat(Ran.demo("echo", "--host", "nowhere.invalid"))
        .isEqualTo(
            new Ran(
                2, "", "no such host: --host=nowhere.invalid; give an address of this machine\n"));
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGINT to send")
  void shouldLetGoOfClientsAndExitWith130WhenInterrupted() throws Exception {
    try (Child echo = Child.demo("echo", "--port", "0")) {
      String line = echo.line();
      Matcher port = Pattern.compile("address=127\\.0\\.0\\.1:(\\d+) ").matcher(line);
      assertThat(port.find()).as(line).isTrue();
      try (Socket idle = new Socket(HERE, Integer.parseInt(port.group(1)))) {
        idle.getOutputStream().write("hi".getBytes(StandardCharsets.US_ASCII));
        assertThat(idle.getInputStream().readNBytes(2)).asString().isEqualTo("hi");

        echo.interrupt();

        assertThat(idle.getInputStream().read()).isEqualTo(-1);
        assertThat(echo.ended()).isEqualTo(new Ran(130, "echo ended: connections=1 bytes=2\n", ""));
      }
    }
  }
}
