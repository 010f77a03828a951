package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.awaitUntil;
import static dev.treadle.Treadle.currentTask;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.shield;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.Cancelled;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Transport;
import dev.treadle.Until;
import dev.treadle.Virtually;
import io.netty.channel.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
@ExtendWith(Leaks.class)
class ServerTest {
  private static final ScopedValue<String> NAME = ScopedValue.newInstance();

  static Stream<Transport> transports() {
    return Loopback.transports();
  }

  private static void echo(Connection connection) {
    for (String line : connection.reader().lines()) {
      connection.writer().write(line + "\n");
    }
  }

  private static String ask(SocketAddress server, String question) {
    try (Connection connection = Net.connect(server)) {
      connection.writer().write(question + "\n");
      return String.valueOf(connection.reader().readLine());
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldServeManyAtOnce(Transport transport) {
    Loopback.run(
        transport,
        () -> {
          try (Server server = Net.listen(Loopback.ANY, ServerTest::echo)) {
            group(
                g -> {
                  for (int n = 0; n < 100; n++) {
                    String question = "question " + n;
                    g.spawn(
                        () -> assertThat(ask(server.localAddress(), question)).isEqualTo(question));
                  }
                });
            // The servers' sides end a moment after the clients'.
            sleep(Duration.ofSeconds(1));
            assertThat(server.connections()).isEmpty();
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldEndOneConnectionAndReportItOnceWhenItsHandlerThrows(Transport transport) {
    Loopback.run(
        transport,
        List.of("java.lang.IllegalArgumentException: bad", "java.io.IOException: worse"),
        () -> {
          try (Server server =
              Net.listen(
                  Loopback.ANY,
                  connection -> {
                    String line = String.valueOf(connection.reader().readLine());
                    switch (line) {
                      case "bad" -> throw new IllegalArgumentException(line);
                      case "worse" -> throw new IOException(line);
                      default -> connection.writer().write(line + "\n");
                    }
                  })) {
            assertThat(ask(server.localAddress(), "bad")).isEqualTo("null");
            assertThat(ask(server.localAddress(), "worse")).isEqualTo("null");
            assertThat(ask(server.localAddress(), "good")).isEqualTo("good");
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldNotReportThatAPeerIsGone(Transport transport) {
    List<String> ended = new ArrayList<>();
    Loopback.run(
        transport,
        () -> {
          try (Server server =
              Net.listen(
                  Loopback.ANY,
                  connection -> {
                    try {
                      connection.reader().readExactly(1);
                      connection.reader().readLine();
                    } finally {
                      ended.add("ended");
                    }
                  })) {
            Connection connection = Net.connect(server.localAddress());
            connection.writer().write("x");
            connection.writer().flush();
            sleep(Duration.ofSeconds(1));
            connection.abort();
            sleep(Duration.ofSeconds(1));
            assertThat(server.connections()).isEmpty();
          }
        });
    assertThat(ended).hasSize(2);
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldReportTheFailureOfAnotherConnection(Transport transport) {
    Loopback.run(
        transport,
        List.of("java.io.UncheckedIOException: elsewhere"),
        () -> {
          try (Server server =
              Net.listen(
                  Loopback.ANY,
                  connection -> {
                    throw new UncheckedIOException("elsewhere", new IOException("reset"));
                  })) {
            assertThat(ask(server.localAddress(), "x")).isEqualTo("null");
          } catch (UncheckedIOException reset) {
            // What it had not read when it ended.
            assertThat(reset).hasMessageContaining("readLine() failed");
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldCancelAndAwaitItsHandlersWhenClosed(Transport transport) {
    List<String> order = new ArrayList<>();
    Loopback.run(
        transport,
        () -> {
          order.clear();
          Server server =
              Net.listen(
                  Loopback.ANY,
                  connection -> {
                    try {
                      sleep(Duration.ofDays(1));
                    } finally {
                      shield(() -> sleep(Duration.ofSeconds(3)));
                      order.add("cleaned up");
                    }
                  });
          Task<?> join =
              spawn(
                  () -> {
                    server.join();
                    order.add("joined");
                  });
          Connection first = Net.connect(server.localAddress());
          Connection second = Net.connect(server.localAddress());
          sleep(Duration.ofSeconds(1));
          assertThat(server.connections()).hasSize(2);
          assertThat(server.toString()).endsWith(" connections=2]");
          assertThat(server.isAccepting()).isTrue();
          server.close();
          order.add("closed");
          await(join);
          assertThat(order).containsExactly("cleaned up", "cleaned up", "joined", "closed");
          assertThat(server.connections()).isEmpty();
          assertThat(server.isAccepting()).isFalse();
          for (Connection connection : List.of(first, second)) {
            connection.close();
          }
          server.close();
          server.join();
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> Net.connect(server.localAddress()))
              .withMessageContaining("refused");
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldLetHandlersFinishWithinTheGrace(Transport transport) {
    Loopback.run(
        transport,
        () -> {
          Server server =
              Net.listen(
                  Loopback.ANY,
                  connection -> {
                    sleep(Duration.ofSeconds(5));
                    connection.writer().write("late\n");
                  });
          try (Connection connection = Net.connect(server.localAddress())) {
            Duration start = Loop.current().time();
            server.close(Duration.ofSeconds(60));
            assertThat(Loop.current().time().minus(start)).isEqualTo(Duration.ofSeconds(5));
            assertThat(connection.reader().lines()).containsExactly("late");
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldCancelHandlersWhenTheGraceIsOver(Transport transport) {
    Loopback.run(
        transport,
        () -> {
          List<String> ends = new ArrayList<>();
          Server server =
              Net.listen(
                  Loopback.ANY,
                  connection -> {
                    try {
                      connection.reader().readLine();
                    } catch (Cancelled cancelled) {
                      ends.add("cancelled");
                      throw cancelled;
                    }
                  });
          try (Connection connection = Net.connect(server.localAddress())) {
            sleep(Duration.ofSeconds(1));
            Duration start = Loop.current().time();
            server.close(Duration.ofSeconds(7));
            assertThat(Loop.current().time().minus(start)).isEqualTo(Duration.ofSeconds(7));
            assertThat(ends).containsExactly("cancelled");
            assertThat(connection.reader().readLine()).isNull();
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldCancelAllWhenTheGraceIsCutShort(Transport transport) {
    Loopback.run(
        transport,
        () -> {
          Server server = Net.listen(Loopback.ANY, connection -> sleep(Duration.ofDays(1)));
          try (Connection connection = Net.connect(server.localAddress())) {
            sleep(Duration.ofSeconds(1));
            assertThat(moveOnAfter(Duration.ofSeconds(1), () -> server.close(Duration.ofDays(1))))
                .isFalse();
            assertThat(server.connections()).isEmpty();
            assertThat(connection.isOpen()).isTrue();
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldEndWithItsLoop(Transport transport) {
    List<String> ends = new ArrayList<>();
    Virtually.loop()
        .transport(transport)
        .run(
            () -> {
              Server server =
                  Net.listen(
                      Loopback.ANY,
                      connection -> {
                        try {
                          connection.reader().readLine();
                        } finally {
                          ends.add("ended");
                        }
                      });
              Net.connect(server.localAddress());
              sleep(Duration.ofSeconds(1));
            });
    assertThat(ends).containsExactly("ended");
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldCancelTheHandlerThatClosesIt(Transport transport) {
    Loopback.run(
        transport,
        () -> {
          List<String> after = new ArrayList<>();
          Server[] self = {null};
          try (Server server =
              Net.listen(
                  Loopback.ANY,
                  connection -> {
                    assertThatIllegalStateException()
                        .isThrownBy(() -> self[0].close(Duration.ofSeconds(1)))
                        .withMessageStartingWith("close(Duration) in a handler of the server: ");
                    group(
                        g -> {
                          g.spawn(
                              () -> {
                                self[0].close();
                                after.add("not reached");
                              });
                        });
                  })) {
            self[0] = server;
            try (Connection connection = Net.connect(server.localAddress())) {
              server.join();
              assertThat(connection.reader().readLine()).isNull();
            }
          }
          assertThat(after).isEmpty();
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldHaveTheBindingsOfTheCallerOfListen(Transport transport) {
    Loopback.run(
        transport,
        () -> {
          Server server =
              ScopedValue.where(NAME, "listener")
                  .call(
                      () ->
                          Net.listen(
                              Loopback.ANY,
                              connection -> connection.writer().write(NAME.get() + "\n")));
          try (server) {
            try (Connection connection = Net.connect(server.localAddress())) {
              assertThat(connection.reader().readLine()).isEqualTo("listener");
            }
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldDropWhatHasNotBegunWhenItIsCancelled(Transport transport) {
    Loopback.run(
        transport,
        () -> {
          Server server = Net.listen(Loopback.ANY, ServerTest::echo);
          Task<?> connecting = spawn(() -> Net.connect(server.localAddress()));
          yieldNow();
          server.close();
          awaitUntil(Until.ALL_COMPLETED, List.of(connecting));
          if (connecting.failure() == null && connecting.result() instanceof Connection made) {
            made.abort();
          }
          assertThat(server.connections()).isEmpty();
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldNameTheAddressThatIsTaken(Transport transport) {
    Loopback.run(
        transport,
        () -> {
          try (Server server = Net.listen(Loopback.ANY, ServerTest::echo)) {
            String address = Connection.text(server.localAddress());
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> Net.listen(server.localAddress(), ServerTest::echo))
                .withMessageStartingWith("listen failed: address=" + address + " cause=")
                .withMessageEndingWith("; choose another, or port 0 for one that is free");
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldPauseLogOnceAndRecoverWhenAcceptingFails(Transport transport) {
    Logger logger = Logger.getLogger("dev.treadle.io.Server");
    List<String> logged = new ArrayList<>();
    Handler handler = recorder(logged);
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    try {
      Loopback.run(
          transport,
          () -> {
            Channel[] listening = {null};
            logged.clear();
            try (Server server =
                Net.listen(
                    Loopback.ANY,
                    connection -> {
                      listening[0] = connection.channel().parent();
                      echo(connection);
                    })) {
              assertThat(ask(server.localAddress(), "before")).isEqualTo("before");
              for (int n = 0; n < 3; n++) {
                listening[0].pipeline().fireExceptionCaught(new IOException("too many files"));
                assertThat(listening[0].config().isAutoRead()).isFalse();
                Duration start = Loop.current().time();
                assertThat(ask(server.localAddress(), "after")).isEqualTo("after");
                assertThat(Loop.current().time().minus(start)).isEqualTo(Acceptor.PAUSE);
              }
              assertThat(logged)
                  .containsExactly(
                      "accept failed: address="
                          + Connection.text(server.localAddress())
                          + "; trying again every 1000 ms");
              sleep(Duration.ofMinutes(2));
              listening[0].pipeline().fireExceptionCaught(new IOException("too many files"));
              assertThat(logged).hasSize(2);
            }
          });
    } finally {
      logger.removeHandler(handler);
      logger.setUseParentHandlers(true);
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldRefuseToListenOutsideATask(Transport transport) {
    assertThatIllegalStateException()
        .isThrownBy(() -> Net.listen(Loopback.ANY, ServerTest::echo))
        .withMessageStartingWith("no loop runs on this thread");
    Loopback.run(
        transport,
        () -> {
          List<String> refused = new ArrayList<>();
          Loop.current()
              .callSoon(
                  () -> {
                    try {
                      Net.listen(Loopback.ANY, ServerTest::echo);
                    } catch (IllegalStateException expected) {
                      refused.add(expected.getMessage());
                    }
                  });
          yieldNow();
          yieldNow();
          assertThat(refused).singleElement().asString().startsWith("listen() in a callback");
          assertThat(currentTask()).isNotNull();
        });
  }

  private static Handler recorder(List<String> logged) {
    return new Handler() {
      @Override
      public void publish(LogRecord record) {
        logged.add(record.getMessage());
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }
}
