package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.awaitUntil;
import static dev.treadle.Treadle.currentTask;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.io.Feeder.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.Deferred;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Transport;
import dev.treadle.Until;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
@ExtendWith(Leaks.class)
class ConnectionTest {
  /** More than the buffers of a socket and the water marks take. */
  private static final int BIG = 16 << 20;

  static Stream<Transport> transports() {
    return Loopback.transports();
  }

  /** Runs a client against a server's handler. */
  private static void run(Transport transport, ConnectionHandler handler, Client client) {
    Loopback.run(
        transport,
        () -> {
          try (Server server = Net.listen(Loopback.ANY, handler);
              Connection connection = Net.connect(server.localAddress())) {
            client.run(connection);
          }
        });
  }

  private interface Client {
    void run(Connection connection) throws Exception;
  }

  private static void echo(Connection connection) {
    StreamReader reader = connection.reader();
    for (ByteBuf bytes = reader.readBuffer(); bytes != null; bytes = reader.readBuffer()) {
      connection.writer().write(bytes);
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldEchoWhateverIsWritten(Transport transport) {
    run(
        transport,
        ConnectionTest::echo,
        connection -> {
          StreamWriter writer = connection.writer();
          writer.write("Grüße\n");
          writer.write(new byte[] {'b', '\n'});
          ByteBuffer part = ByteBuffer.wrap(new byte[] {'-', 'c', '\n', '-'}, 1, 2);
          writer.write(part);
          assertThat(part.hasRemaining()).isFalse();
          ByteBuf last = Unpooled.copiedBuffer(new byte[] {'d', '\n'});
          writer.write(last);
          writer.write("");
          writer.flush();
          assertThat(last.refCnt()).isZero();
          writer.closeOutput();
          assertThat(connection.reader().lines()).containsExactly("Grüße", "b", "c", "d");
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldAllowTheCallerToChangeAnArrayOnceItIsWritten(Transport transport) {
    run(
        transport,
        connection -> {
          sleep(Duration.ofSeconds(1));
          echo(connection);
        },
        connection -> {
          byte[] bytes = new byte[10_000];
          for (byte n = 1; n <= 3; n++) {
            bytes[0] = n;
            connection.writer().write(bytes);
          }
          for (byte n = 1; n <= 3; n++) {
            assertThat(connection.reader().readExactly(bytes.length)[0]).isEqualTo(n);
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldKnowBothAddressesAlsoWhenClosed(Transport transport) {
    run(
        transport,
        connection -> {
          InetSocketAddress peer = (InetSocketAddress) connection.remoteAddress();
          assertThat(Objects.requireNonNull(currentTask()).name())
              .isEqualTo("connection " + peer.getHostString() + ":" + peer.getPort());
          connection.writer().write(connection.toString() + "\n");
        },
        connection -> {
          String other = connection.reader().readLine();
          String client = Connection.text(connection.localAddress());
          String server = Connection.text(connection.remoteAddress());
          assertThat(client).startsWith("127.0.0.1:").isNotEqualTo(server);
          assertThat(other).isEqualTo("Connection[" + server + " to " + client + "]");
          assertThat(connection).hasToString("Connection[" + client + " to " + server + "]");
          connection.close();
          assertThat(connection).hasToString("Connection[" + client + " to " + server + " closed]");
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldHoldUpAWriterWhosePeerDoesNotRead(Transport transport) {
    run(
        transport,
        connection -> {
          sleep(Duration.ofSeconds(100));
          connection.writer().write(connection.reader().readAll(BIG + 1).length + "\n");
        },
        connection -> {
          byte[] piece = new byte[1 << 16];
          int[] written = {0};
          Task<?> writing =
              spawn(
                  () -> {
                    while (written[0] < BIG) {
                      connection.writer().write(piece);
                      written[0] += piece.length;
                      long pending =
                          connection.channel().unsafe().outboundBuffer().totalPendingWriteBytes();
                      assertThat(pending).isLessThan(3 << 16);
                    }
                    connection.writer().closeOutput();
                  });
          sleep(Duration.ofSeconds(50));
          assertThat(writing.toString()).contains("suspended on write Connection[");
          int before = written[0];
          sleep(Duration.ofSeconds(40));
          assertThat(written[0]).isEqualTo(before).isLessThan(BIG);
          assertThat(connection.reader().readLine()).isEqualTo(String.valueOf(BIG));
          await(writing);
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldTakeNoMoreFromThePeerThanItBuffers(Transport transport) {
    run(
        transport,
        connection -> {
          byte[] piece = new byte[1 << 16];
          for (int n = 0; n < BIG; n += piece.length) {
            connection.writer().write(piece);
          }
        },
        connection -> {
          sleep(Duration.ofSeconds(10));
          long buffered = connection.reader().buffered();
          assertThat(buffered).isBetween(128L << 10, 512L << 10);
          sleep(Duration.ofSeconds(10));
          assertThat(connection.reader().buffered()).isEqualTo(buffered);
          assertThat(connection.reader().readAll(BIG)).hasSize(BIG);
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldReadMoreAtOnceThanItBuffersOtherwise(Transport transport) {
    run(
        transport,
        connection -> {
          connection.writer().write(new byte[1 << 20]);
          connection.writer().write("end");
        },
        connection -> {
          sleep(Duration.ofSeconds(10));
          assertThat(connection.reader().readExactly(1 << 20)).hasSize(1 << 20);
          assertThat(text(connection.reader().readAll(10))).isEqualTo("end");
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldAnswerAfterThePeerHasClosedItsOutput(Transport transport) {
    run(
        transport,
        connection -> {
          byte[] all = connection.reader().readAll(1000);
          sleep(Duration.ofSeconds(1));
          connection.writer().write("got " + all.length);
        },
        connection -> {
          connection.writer().write("12345");
          connection.writer().closeOutput();
          connection.writer().closeOutput();
          connection.writer().flush();
          assertThatIllegalStateException()
              .isThrownBy(() -> connection.writer().write("more"))
              .withMessageStartingWith("write() after closeOutput(): stream=Connection[");
          assertThat(text(connection.reader().readAll(1000))).isEqualTo("got 5");
          assertThat(connection.isOpen()).isTrue();
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldWriteOutEverythingBeforeItCloses(Transport transport) {
    run(
        transport,
        connection -> connection.writer().write(new byte[BIG]),
        connection -> {
          sleep(Duration.ofSeconds(10));
          assertThat(connection.reader().readAll(BIG)).hasSize(BIG);
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldCloseAtOnceInACancelledScope(Transport transport) {
    Deferred<String>[] seen = deferreds();
    run(
        transport,
        connection -> {
          seen[0] = new Deferred<>();
          sleep(Duration.ofSeconds(100));
          try {
            connection.reader().readAll(BIG);
            seen[0].complete("all");
          } catch (UncheckedIOException reset) {
            seen[0].complete("reset");
          }
        },
        connection -> {
          Task<?> main =
              spawn(
                  () -> {
                    try (connection) {
                      connection.writer().write(new byte[BIG]);
                    }
                  });
          sleep(Duration.ofSeconds(10));
          assertThat(main.toString()).contains("suspended on write Connection[");
          main.cancel();
          yieldNow();
          yieldNow();
          assertThat(main.isCancelled()).isTrue();
          assertThat(connection.isOpen()).isFalse();
          await(connection.channel().closeFuture());
          await(seen[0]);
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldCloseAtOnceWhenCancelledWhileItWaitsForThePeer(Transport transport) {
    run(
        transport,
        connection -> sleep(Duration.ofSeconds(100)),
        connection -> {
          connection.channel().config().setWriteBufferHighWaterMark(BIG * 2);
          connection.writer().write(new byte[BIG]);
          Duration start = Loop.current().time();
          assertThat(
                  moveOnAfter(
                      Duration.ofSeconds(5),
                      () -> {
                        connection.close();
                        // It returns, and the cancellation is not lost.
                        yieldNow();
                      }))
              .isFalse();
          assertThat(Loop.current().time().minus(start)).isEqualTo(Duration.ofSeconds(5));
          await(connection.channel().closeFuture());
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldEndReadsAndWritesWhenAnotherTaskClosesIt(Transport transport) {
    run(
        transport,
        connection -> sleep(Duration.ofSeconds(100)),
        connection -> {
          Task<?> reading = spawn(() -> connection.reader().read(1));
          Task<?> writing = spawn(() -> connection.writer().write(new byte[BIG]));
          sleep(Duration.ofSeconds(1));
          connection.abort();
          for (Task<?> task : List.of(reading, writing)) {
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> await(task))
                .withMessageContaining("() failed: stream=Connection[127.0.0.1:")
                .withMessageContaining(" closed] cause=this side has closed the connection");
          }
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> connection.writer().write("x"));
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> connection.reader().readLine());
          ByteBuf refused = Unpooled.buffer(1).writeByte(1);
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> connection.writer().write(refused));
          assertThat(refused.refCnt()).isZero();
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> connection.writer().flush());
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> connection.writer().closeOutput());
          connection.close();
          connection.abort();
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldReportAResetWhileItReads(Transport transport) {
    run(
        transport,
        connection -> {
          connection.writer().write("ab");
          connection.writer().flush();
          connection.reader().readLine();
          connection.abort();
        },
        connection -> {
          assertThat(text(connection.reader().readExactly(2))).isEqualTo("ab");
          Task<?> reading = spawn(() -> connection.reader().readLine());
          yieldNow();
          connection.writer().write("go\n");
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> await(reading))
              .withMessageContaining("readLine() failed: stream=Connection[127.0.0.1:")
              .withMessageContaining("reset");
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldReportAResetToAWriterThatIsHeldUp(Transport transport) {
    run(
        transport,
        connection -> {
          sleep(Duration.ofSeconds(10));
          connection.abort();
        },
        connection ->
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(
                    () -> {
                      while (true) {
                        connection.writer().write(new byte[1 << 16]);
                      }
                    })
                .withMessageContaining("write() failed: stream=Connection[127.0.0.1:"));
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldReportAPeerThatHasGoneToAWriterThatNeverReads(Transport transport) {
    run(
        transport,
        connection -> {},
        connection ->
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(
                    () -> {
                      while (true) {
                        connection.writer().write("x");
                        connection.writer().flush();
                        sleep(Duration.ofSeconds(1));
                      }
                    })
                .withMessageContaining("() failed: stream=Connection[127.0.0.1:"));
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldNotCancelAWriteThatHasBegun(Transport transport) {
    run(
        transport,
        connection -> {
          sleep(Duration.ofSeconds(100));
          connection.writer().write(connection.reader().readAll(2 * BIG).length + "\n");
        },
        connection -> {
          assertThat(
                  moveOnAfter(
                      Duration.ofSeconds(1), () -> connection.writer().write(new byte[BIG])))
              .isFalse();
          Task<?> never =
              spawn(
                  () -> {
                    Loopback.cancelThisTask();
                    connection.writer().write("never");
                  });
          awaitUntil(Until.ALL_COMPLETED, List.of(never));
          connection.writer().closeOutput();
          assertThat(connection.reader().readLine()).isEqualTo(String.valueOf(BIG));
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldReleaseABufferThatACancelledTaskWrites(Transport transport) {
    run(
        transport,
        ConnectionTest::echo,
        connection -> {
          ByteBuf bytes = Unpooled.buffer(1).writeByte(1);
          Task<?> never =
              spawn(
                  () -> {
                    Loopback.cancelThisTask();
                    connection.writer().write(bytes);
                  });
          awaitUntil(Until.ALL_COMPLETED, List.of(never));
          assertThat(never.isCancelled()).isTrue();
          assertThat(bytes.refCnt()).isZero();
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldKeepEachWriteInOnePieceWhenSeveralTasksWrite(Transport transport) {
    int size = 100_000;
    run(
        transport,
        connection -> {
          sleep(Duration.ofSeconds(1));
          int pieces = 0;
          for (byte[] piece = connection.reader().readExactly(size);
              pieces < 50;
              piece = pieces < 50 ? connection.reader().readExactly(size) : piece) {
            for (byte each : piece) {
              if (each != piece[0]) {
                throw new AssertionError("mixed up");
              }
            }
            pieces++;
          }
          connection.writer().write(pieces + "\n");
        },
        connection -> {
          group(
              g -> {
                for (byte writer = 0; writer < 10; writer++) {
                  byte[] piece = new byte[size];
                  Arrays.fill(piece, writer);
                  g.spawn(
                      () -> {
                        for (int n = 0; n < 5; n++) {
                          connection.writer().write(piece);
                        }
                      });
                }
              });
          assertThat(connection.reader().readLine()).isEqualTo("50");
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldKeepWhatHasComeWhenThePeerIsGone(Transport transport) {
    run(
        transport,
        connection -> connection.writer().write("ab\ncd\n"),
        connection -> {
          sleep(Duration.ofSeconds(1));
          assertThat(connection.reader().lines()).containsExactly("ab", "cd");
        });
  }

  @SuppressWarnings("unchecked")
  private static Deferred<String>[] deferreds() {
    return (Deferred<String>[]) new Deferred<?>[1];
  }
}
