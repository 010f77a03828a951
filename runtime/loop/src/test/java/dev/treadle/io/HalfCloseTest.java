package dev.treadle.io;

import static dev.treadle.Treadle.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Transport;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A client that has said all it has to say, and is still to be answered. */
@Timeout(60)
@ExtendWith(Leaks.class)
class HalfCloseTest {
  private static final Duration MOMENT = Duration.ofSeconds(1);

  static Stream<Transport> transports() {
    return Loopback.transports();
  }

  /** The socket has to wait for room when there is nothing more to read. */
  @ParameterizedTest
  @MethodSource("transports")
  void shouldAnswerMoreThanTheSocketHolds(Transport transport) {
    int size = 16 << 20;
    Loopback.run(
        transport,
        () -> {
          try (Server server =
                  Net.listen(
                      new InetSocketAddress("127.0.0.1", 0),
                      connection -> {
                        sleep(MOMENT);
                        int asked = connection.reader().readAll(1000).length;
                        connection.writer().write(new byte[size - asked]);
                        connection.writer().closeOutput();
                      });
              Connection connection = Net.connect(server.localAddress())) {
            connection.writer().write(new byte[1000]);
            connection.writer().closeOutput();
            sleep(MOMENT.multipliedBy(2));
            assertThat(connection.reader().readAll(size)).hasSize(size - 1000);
            assertThat(server.isAccepting()).isTrue();
          }
        });
  }
}
