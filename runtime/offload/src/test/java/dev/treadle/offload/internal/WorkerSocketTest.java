package dev.treadle.offload.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class WorkerSocketTest {
  /** More than is written at once. */
  private static final int SIZE = (2 << 20) + 5;

  @TempDir Path directory;

  @Test
  void shouldGoTheShortWayWhenItIsOpen() throws Exception {
    assertThat(talk(WorkerSocket.flags())).isEqualTo("quick=true received=" + SIZE + " then=-1");
  }

  @Test
  void shouldTakeTheChannelWhenTheShortWayIsClosed() throws Exception {
    assertThat(talk(List.of())).isEqualTo("quick=false received=" + SIZE + " then=-1");
  }

  @Test
  void shouldFailWhenNobodyListens() {
    assertThatThrownBy(() -> WorkerSocket.connect(directory.resolve("none")))
        .isInstanceOf(IOException.class);
  }

  /** What a JVM with those flags says that sends so many bytes and gets them back. */
  private String talk(List<String> flags) throws Exception {
    Path path = directory.resolve("s");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(path));
      List<String> command =
          new ArrayList<>(
              WorkerCommand.of(
                  new WorkerCommand.Options(null, List.of(), flags, 0, directory),
                  Client.class.getName(),
                  List.of(path.toString())));
      Process client = new ProcessBuilder(command).redirectErrorStream(true).start();
      ByteBuffer received = ByteBuffer.allocate(SIZE);
      // A client that does not come must not hold up the test.
      client.onExit().thenAccept(ended -> close(server));
      try (SocketChannel peer = server.accept()) {
        while (received.hasRemaining() && peer.read(received) >= 0) {
          // More comes.
        }
        received.flip();
        while (received.hasRemaining()) {
          peer.write(received);
        }
      }
      String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(client.waitFor()).as(said).isZero();
      return said.strip();
    }
  }

  private static void close(ServerSocketChannel server) {
    try {
      server.close();
    } catch (IOException closed) {
      throw new AssertionError(closed);
    }
  }

  /** In a process of its own: connects to the path. */
  static final class Client {
    public static void main(String[] arguments) throws IOException {
      WorkerSocket socket = WorkerSocket.connect(Path.of(arguments[0]));
      byte[] sent = new byte[SIZE];
      for (int i = 0; i < SIZE; i++) {
        sent[i] = (byte) i;
      }
      socket.write(sent, SIZE);
      byte[] received = new byte[SIZE];
      int at = 0;
      for (int read = 0; at < SIZE && read >= 0; at += Math.max(0, read)) {
        read = socket.read(received, at, SIZE - at);
      }
      System.out.println(
          "quick="
              + socket.isQuick()
              + " received="
              + (Arrays.equals(sent, received) ? at : -at)
              + " then="
              + socket.read(received, 0, 1));
    }
  }
}
