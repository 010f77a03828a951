package dev.treadle.io;

import static dev.treadle.Treadle.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Clients that reset their connection at the worst moments. None of it is a failure of the server:
 * it reports nothing, and goes on.
 */
@Timeout(60)
@ExtendWith(Leaks.class)
class HostileResetTest {
  private static final int MANY = 50;

  static Stream<Transport> transports() {
    return Loopback.transports();
  }

  private static List<Socket> sockets(Hostile target, String text) throws Exception {
    List<Socket> sockets = new ArrayList<>();
    for (int n = 0; n < MANY; n++) {
      Socket socket = target.socket();
      Hostile.send(socket, text);
      sockets.add(socket);
    }
    return sockets;
  }

  private static void resetAll(List<Socket> sockets) throws Exception {
    for (Socket socket : sockets) {
      Hostile.reset(socket);
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldGoOnWhenConnectionsAreResetBeforeTheyAreAccepted(Transport transport) {
    Hostile.attack(
        transport,
        Hostile::echoLines,
        target -> {
          for (int round = 0; round < 3; round++) {
            // The loop has no turn in between: the kernel has accepted, the server has not.
            resetAll(sockets(target, "gone\n"));
            Socket staying = target.socket();
            resetAll(sockets(target, ""));
            Hostile.send(staying, "still here\n");
            Hostile.until(() -> available(staying) > 0);
            assertThat(staying.getInputStream().readNBytes(11))
                .asString()
                .isEqualTo("still here\n");
            staying.close();
            target.untilServing(0);
            target.assertServes();
            target.untilServing(0);
          }
        });
  }

  private static int available(Socket socket) {
    try {
      return socket.getInputStream().available();
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldEndTheHandlerWhenTheConnectionIsResetWhileItReads(Transport transport) {
    List<String> seen = new ArrayList<>();
    Hostile.attack(
        transport,
        connection -> {
          try {
            Hostile.echoLines(connection);
            seen.add("end");
          } catch (UncheckedIOException reset) {
            seen.add(
                String.valueOf(reset.getMessage()).contains("reset")
                    ? "reset"
                    : String.valueOf(reset.getMessage()));
            throw reset;
          }
        },
        target -> {
          seen.clear();
          List<Socket> sockets = sockets(target, "half a li");
          target.untilServing(MANY);
          resetAll(sockets);
          target.untilServing(0);
          assertThat(seen).hasSize(MANY).containsOnly("reset");
          target.assertServes();
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldEndTheHandlerWhenTheConnectionIsResetWhileItWrites(Transport transport) {
    List<Connection> heldUp = new ArrayList<>();
    List<Class<?>> seen = new ArrayList<>();
    Hostile.attack(
        transport,
        connection -> {
          if (!"all".equals(connection.reader().readLine())) {
            connection.writer().write("hello\n");
            return;
          }
          heldUp.add(connection);
          try {
            while (true) {
              connection.writer().write(new byte[1 << 16]);
            }
          } catch (Throwable failure) {
            seen.add(failure.getClass());
            throw failure;
          }
        },
        target -> {
          heldUp.clear();
          seen.clear();
          List<Socket> sockets = new ArrayList<>();
          for (int n = 0; n < 10; n++) {
            Socket socket = target.socket();
            Hostile.send(socket, "all\n");
            sockets.add(socket);
          }
          Hostile.until(
              () ->
                  heldUp.size() == 10
                      && heldUp.stream().noneMatch(each -> each.channel().isWritable()));
          resetAll(sockets);
          target.untilServing(0);
          assertThat(seen).hasSize(10).containsOnly(UncheckedIOException.class);
          Hostile.until(() -> target.memory() == 0);
          target.assertServes();
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldFindTheResetWhenTheHandlerHasSleptThroughIt(Transport transport) {
    List<String> seen = new ArrayList<>();
    Hostile.attack(
        transport,
        connection -> {
          String line = connection.reader().readLine();
          if ("sleep".equals(line)) {
            sleep(Duration.ofMinutes(1));
            try {
              connection.writer().write("good morning\n");
              connection.writer().flush();
              connection.reader().readLine();
              seen.add("nothing");
            } catch (UncheckedIOException gone) {
              seen.add("gone");
            }
          } else {
            connection.writer().write("hello\n");
          }
        },
        target -> {
          seen.clear();
          List<Socket> sockets = sockets(target, "sleep\n");
          target.untilServing(MANY);
          resetAll(sockets);
          target.assertServes();
          sleep(Duration.ofMinutes(2));
          assertThat(seen).hasSize(MANY).containsOnly("gone");
          assertThat(target.server.connections()).isEmpty();
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldReadWhatCameBeforeAClientWentAwayInTheMidst(Transport transport) {
    List<String> seen = new ArrayList<>();
    Hostile.attack(
        transport,
        connection -> {
          seen.add(connection.reader().readLine());
          try {
            connection.reader().readExactly(100);
          } catch (IncompleteReadException early) {
            seen.add(Feeder.text(early.partial()));
          }
          connection.writer().write("hello\n");
        },
        target -> {
          seen.clear();
          // Closed, not reset: what was sent arrives, and less than was promised.
          try (Socket socket = target.socket()) {
            Hostile.send(socket, "100 bytes follow\nnot all");
          }
          Hostile.until(() -> seen.size() == 2);
          assertThat(seen).containsExactly("100 bytes follow", "not all");
        });
  }
}
