package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.Deferred;
import dev.treadle.Task;
import dev.treadle.Virtually;
import dev.treadle.conformance.Ports;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StreamPortsTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @Ports("test_streams.StreamTests.test_readexactly_eof")
  @Test
  void shouldGiveWhatThereWasWhenTheEndComesTooSoon() {
    Virtually.run(
        () -> {
          try (Server server = Net.listen(ANY, connection -> connection.writer().write("line1\n"));
              Connection client = Net.connect(server.localAddress())) {
            assertThatExceptionOfType(IncompleteReadException.class)
                .isThrownBy(() -> client.reader().readExactly(12))
                .satisfies(
                    tooSoon -> {
                      assertThat(tooSoon.partial()).asString().isEqualTo("line1\n");
                      assertThat(tooSoon.expected()).isEqualTo(12);
                    });
            assertThat(client.reader().readAll(1)).isEmpty();
          }
        });
  }

  @Ports("test_streams.StreamTests.test_multiple_drain")
  @Test
  void shouldHoldUpSeveralWritersAndLetThemGoOnInTheirOrder() {
    Virtually.run(
        () -> {
          Deferred<String> read = new Deferred<>();
          Deferred<Integer> total = new Deferred<>();
          int size = 1 << 20;
          try (Server server =
                  Net.options()
                      .readWaterMarks(1 << 10, 1 << 11)
                      .listen(
                          ANY,
                          connection -> {
                            await(read);
                            total.complete(connection.reader().readAll(8 * size).length);
                          });
              Connection client =
                  Net.options().writeWaterMarks(1 << 10, 1 << 11).connect(server.localAddress())) {
            // More than the system's own buffers take.
            Task<?> filler = spawn(() -> client.writer().write(new byte[6 * size]));
            List<Integer> released = new ArrayList<>();
            List<Task<?>> writers = new ArrayList<>();
            for (int n = 0; n < 10; n++) {
              int number = n;
              writers.add(
                  spawn(
                      () -> {
                        client.writer().write(new byte[1]);
                        released.add(number);
                      }));
            }
            sleep(Duration.ofSeconds(1));
            assertThat(released).isEmpty();
            assertThat(filler.isDone()).isFalse();

            read.complete("now");
            await(filler);
            for (Task<?> writer : writers) {
              await(writer);
            }
            client.writer().closeOutput();
            assertThat(released).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
            assertThat(await(total)).isEqualTo(6 * size + 10);
          }
        });
  }

  @Ports("test_streams.StreamTests.test_unhandled_exception")
  @Test
  void shouldReportAHandlerThatThrows() {
    List<String> reports = new ArrayList<>();
    Virtually.loop()
        .onFailure((source, failure) -> reports.add(failure.toString()))
        .run(
            () -> {
              try (Server server =
                      Net.listen(
                          ANY,
                          connection -> {
                            throw new IllegalStateException("test");
                          });
                  Connection client = Net.connect(server.localAddress())) {
                assertThat(client.reader().readLine()).isNull();
                sleep(Duration.ofSeconds(1));
              }
            });
    assertThat(reports).containsExactly("java.lang.IllegalStateException: test");
  }

  @Ports("test_server.TestServer2.test_wait_closed_race")
  @Test
  void shouldBeJoinedWhenItsLastConnectionEndsAsItIsClosed() {
    Virtually.run(
        () -> {
          Deferred<String> ended = new Deferred<>();
          Server server =
              Net.listen(
                  ANY,
                  connection -> {
                    try {
                      assertThat(connection.reader().readLine()).isNull();
                    } finally {
                      ended.complete("ended");
                    }
                  });
          Connection client = Net.connect(server.localAddress());
          sleep(Duration.ofSeconds(1));
          Task<?> joiner = spawn(server::join);
          sleep(Duration.ofSeconds(1));
          assertThat(joiner.isDone()).isFalse();

          client.abort();
          server.close();
          await(joiner);
          assertThat(ended.isDone()).isTrue();
          assertThat(server.connections()).isEmpty();
        });
  }
}
