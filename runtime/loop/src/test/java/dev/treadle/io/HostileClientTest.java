package dev.treadle.io;

import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Transport;
import dev.treadle.Treadle;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that are slow, silent or gone; the server goes on to serve the others. */
@Timeout(60)
@ExtendWith(Leaks.class)
class HostileClientTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration DEADLINE = MINUTE.multipliedBy(10);

  static Stream<Transport> transports() {
    return Loopback.transports();
  }

  /** Gives a connection ten minutes in all. */
  private static void echoInTime(Connection connection) {
    if (!moveOnAfter(DEADLINE, () -> Hostile.echoLines(connection))) {
      connection.abort();
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldEndSlowLorisesByTheHandlersDeadlineAndServeOthers(Transport transport) {
    Hostile.attack(
        transport,
        HostileClientTest::echoInTime,
        target -> {
          Duration start = Loop.current().time();
          List<Duration> ended = new ArrayList<>();
          group(
              g -> {
                for (int n = 0; n < 20; n++) {
                  g.spawn(
                      () -> {
                        sendAByteAMinute(target.connect());
                        ended.add(Loop.current().time().minus(start));
                      });
                }
                target.settle();
                assertThat(target.server.connections()).hasSize(20);
                for (int minute = 0; minute < 9; minute++) {
                  target.assertServes();
                  sleep(MINUTE);
                  assertThat(target.server.connections()).hasSize(20);
                }
                target.awaitNobody();
                assertThat(Loop.current().time().minus(start))
                    .isBetween(DEADLINE, DEADLINE.plus(MINUTE));
              });
          // Each found out by its next byte.
          assertThat(ended)
              .hasSize(20)
              .allMatch(time -> time.compareTo(DEADLINE.plus(MINUTE)) <= 0);
          target.assertServes();
        });
  }

  private static void sendAByteAMinute(Connection connection) {
    try (connection) {
      while (true) {
        connection.writer().write("x");
        connection.writer().flush();
        sleep(MINUTE);
      }
    } catch (UncheckedIOException gone) {
      // What the server is to do.
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldEndAPeerThatIsSilentInTheMidstOfALine(Transport transport) {
    Hostile.attack(
        transport,
        HostileClientTest::echoInTime,
        target -> {
          Duration start = Loop.current().time();
          try (Socket silent = target.socket()) {
            Hostile.send(silent, "half a li");
            target.untilServing(1);
            target.assertServes();
            assertThat(target.awaitNobody().minus(start))
                .isBetween(DEADLINE, DEADLINE.plus(MINUTE));
            // The kernel's side of it may take a few turns more.
            target.settle();
            assertThatExceptionOfType(SocketException.class)
                .isThrownBy(() -> silent.getInputStream().read())
                .withMessageContaining("reset");
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldEndAPeerThatIsSilentAndReadsNothing(Transport transport) {
    Duration patience = Duration.ofSeconds(5);
    Hostile.attack(
        transport,
        () -> Net.options().closeTimeout(patience),
        connection -> {
          // Less than the high-water mark stays pending: the handler is not held up, its end is.
          if ("fill".equals(connection.reader().readLine())) {
            fill(connection);
          } else {
            connection.writer().write("hello\n");
          }
        },
        target -> {
          try (Socket silent = target.socket()) {
            Hostile.send(silent, "fill\n");
            target.untilServing(1);
            Duration start = Loop.current().time();
            target.assertServes();
            assertThat(target.awaitNobody().minus(start))
                .isBetween(patience, patience.plusSeconds(1));
            assertThat(target.memory()).isZero();
          }
        });
  }

  /** Writes as long as that holds nobody up, so that something is pending. */
  private static void fill(Connection connection) {
    byte[] piece = new byte[60_000];
    while (connection.channel().unsafe().outboundBuffer().totalPendingWriteBytes() == 0) {
      connection.writer().write(piece);
      Treadle.yieldNow();
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldHoldNoMoreThanTheHighWaterMarkAndAWriteForAClientThatNeverReads(Transport transport) {
    int high = 1 << 16;
    int piece = 1 << 14;
    List<Task<?>> writing = new ArrayList<>();
    Hostile.attack(
        transport,
        () -> Net.options().writeWaterMarks(1 << 15, high),
        connection -> {
          if ("hello".equals(connection.reader().readLine())) {
            connection.writer().write("hello\n");
            return;
          }
          writing.add(Treadle.currentTask());
          while (true) {
            connection.writer().write(new byte[piece]);
          }
        },
        target -> {
          writing.clear();
          List<Socket> silent = new ArrayList<>();
          for (int n = 0; n < 10; n++) {
            Socket socket = target.socket();
            Hostile.send(socket, "all\n");
            silent.add(socket);
          }
          target.settle();
          long held = target.memory();
          assertThat(held).isPositive().isLessThan(10L * (high + 2 * piece));
          assertThat(writing).hasSize(10);
          assertThat(writing).allMatch(task -> task.toString().contains("suspended on write"));
          sleep(Duration.ofDays(1));
          assertThat(target.memory()).isLessThanOrEqualTo(held);
          target.assertServes();
          writing.forEach(Task::cancel);
          target.awaitNobody();
          assertThat(target.memory()).isZero();
          for (Socket socket : silent) {
            socket.close();
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldRefuseALineWithoutEndAndBufferNoMoreThanItsLimit(Transport transport) {
    int limit = 1 << 12;
    Hostile.attack(
        transport,
        connection -> {
          try {
            for (String line = connection.reader().readLine(limit);
                line != null;
                line = connection.reader().readLine(limit)) {
              connection.writer().write(line + "\n");
            }
          } catch (LimitExceededException over) {
            assertThat(over.limit()).isEqualTo(limit);
            connection.writer().write("line too long\n");
          }
        },
        target -> {
          try (Connection endless = target.connect()) {
            Task<Long> writing =
                spawn(
                    () -> {
                      long written = 0;
                      try {
                        while (true) {
                          endless.writer().write(new byte[1 << 14]);
                          written += 1 << 14;
                        }
                      } catch (UncheckedIOException gone) {
                        return written;
                      }
                    });
            assertThat(Treadle.await(writing)).isLessThan(64L << 20);
          }
          target.assertServes();
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldBufferNoMoreThanTheHighWaterMarkWhileTheHandlerIsBusy(Transport transport) {
    int high = 1 << 16;
    Hostile.attack(
        transport,
        () -> Net.options().readWaterMarks(1 << 15, high),
        connection -> {
          String line = connection.reader().readLine();
          if ("hello".equals(line)) {
            connection.writer().write("hello\n");
          } else {
            sleep(DEADLINE);
            connection.abort();
          }
        },
        target -> {
          try (Connection flood = target.connect()) {
            Task<?> flooding =
                spawn(
                    () -> {
                      flood.writer().write("busy\n");
                      while (true) {
                        flood.writer().write(new byte[1 << 14]);
                      }
                    });
            sleep(MINUTE);
            Connection flooded = target.server.connections().getFirst();
            assertThat(flooded.reader().buffered()).isBetween((long) high, 4L * high);
            assertThat(target.memory()).isLessThan(8L * high);
            target.assertServes();
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> Treadle.await(flooding))
                .withMessageStartingWith("write() failed: stream=Connection[");
          }
        });
  }
}
