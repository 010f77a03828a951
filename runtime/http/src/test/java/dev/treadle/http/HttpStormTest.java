package dev.treadle.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** More clients than the process of an HTTP server may have files open. */
@Timeout(120)
@EnabledOnOs(value = OS.LINUX, disabledReason = "counts in /proc, and sets a limit by ulimit")
class HttpStormTest {
  private static final int FILES = 200;

  @Test
  void shouldLogAndRecoverWhenTheProcessHasTooManyFilesOpen() throws Exception {
    Process server = start();
    try (BufferedReader output = server.inputReader()) {
      int port = Integer.parseInt(lineWith(output, "listening ").substring("listening ".length()));
      assertThat(ask(port, "/first")).isEqualTo("served");
      String before = ask(port, "/files");

      List<Socket> storm = new ArrayList<>();
      for (int n = 0; n < FILES + 20; n++) {
        storm.add(Local.connect(port));
      }
      lineWith(output, "accept failed: address=/127.0.0.1:" + port + "; trying again");
      lineWith(output, "Too many open files");
      // Those it has are served as ever.
      assertThat(ask(storm.getFirst(), "/still")).isEqualTo("served");
      for (Socket client : storm) {
        client.close();
      }

      assertThat(ask(port, "/again")).isEqualTo("served");
      String files = ask(port, "/files");
      while (!files.equals(before)) {
        files = ask(port, "/files");
      }
      ask(port, "/stop");
      assertThat(lineWith(output, "tasks ")).isEqualTo("tasks 0");
      assertThat(server.waitFor()).isZero();
    } finally {
      server.destroyForcibly();
    }
  }

  private static Process start() throws IOException {
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "ulimit -n " + FILES + "; exec \"$@\"", "limited"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--"))
        .forEach(command::add);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), HttpStorm.class.getName()));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  /** Reads on until a line has this in it; the test's own time ends that. */
  private static String lineWith(BufferedReader output, String text) throws IOException {
    List<String> seen = new ArrayList<>();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.contains(text)) {
        return line;
      }
      seen.add(line);
    }
    throw new AssertionError("ended before it printed: text=" + text + " output=" + seen);
  }

  private static String ask(int port, String path) throws IOException {
    try (Socket socket = Local.connect(port)) {
      socket.setSoTimeout(60_000);
      return ask(socket, path);
    }
  }

  /** The body of the answer. */
  private static String ask(Socket socket, String path) throws IOException {
    Local.send(socket, "GET " + path + " HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    String answer = Local.readAll(socket);
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }
}
