package dev.treadle.io;

import static dev.treadle.Treadle.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.Action;
import dev.treadle.Loop;
import dev.treadle.Transport;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
@ExtendWith(Leaks.class)
class ConnectByNameTest {
  private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");

  /** Nobody listens there, and the system says so at once. */
  private static final InetAddress DEAD = InetAddress.ofLiteral("127.0.0.2");

  private static final InetAddress DEAD_IPV6 = InetAddress.ofLiteral("::1");

  static Stream<Transport> transports() {
    return Arrays.stream(Transport.values()).filter(Transport::isAvailable);
  }

  private static void run(Transport transport, Action<Exception> body) {
    Loop.builder().transport(transport).run(body);
  }

  private static Server greeting() {
    return Net.listen(
        new InetSocketAddress(HERE, 0), connection -> connection.writer().write("hello\n"));
  }

  private static int port(Server server) {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldConnectToTheAddressWhereSomebodyListens(Transport transport) {
    run(
        transport,
        () -> {
          List<String> asked = new ArrayList<>();
          Resolver resolver =
              host -> {
                asked.add(host);
                return List.of(DEAD_IPV6, DEAD, HERE);
              };
          try (Server server = greeting()) {
            // Were the delay waited for, this would not end in time.
            NetOptions options = Net.options().resolver(resolver).attemptDelay(Duration.ofHours(1));
            try (Connection connection =
                withTimeout(
                    Duration.ofMinutes(1), () -> options.connect("service.test", port(server)))) {
              assertThat(connection.reader().readLine()).isEqualTo("hello");
              assertThat(((InetSocketAddress) connection.remoteAddress()).getAddress())
                  .isEqualTo(HERE);
            }
            assertThat(asked).containsExactly("service.test");
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldTellEachAddressAndReasonWhenNobodyListens(Transport transport) {
    run(
        transport,
        () -> {
          int free;
          try (Server server = greeting()) {
            free = port(server);
          }
          NetOptions options = Net.options().resolver(host -> List.of(DEAD, HERE));
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> options.connect("service.test", free))
              .withMessageStartingWith(
                  "connect failed: host=service.test port="
                      + free
                      + " addresses=[127.0.0.2, 127.0.0.1]; check that a server listens there")
              .satisfies(
                  failure ->
                      assertThat(failure.getSuppressed())
                          .filteredOn(reason -> reason instanceof UncheckedIOException)
                          .extracting(Throwable::getMessage)
                          .satisfiesExactly(
                              first ->
                                  assertThat(first)
                                      .startsWith("connect failed: address=127.0.0.2:")
                                      .contains("Connection refused"),
                              second ->
                                  assertThat(second)
                                      .startsWith("connect failed: address=127.0.0.1:")));
        });
  }

  @Test
  void shouldLookUpHostsAsTheSystemDoesUnlessTold() {
    run(
        Transport.preferred(),
        () -> {
          try (Server server = greeting();
              Connection connection = Net.connect("localhost", port(server))) {
            assertThat(connection.reader().readLine()).isEqualTo("hello");
          }
          try (DnsServer dns = new DnsServer().host("service.test", HERE.getAddress())) {
            Resolver resolver = Dns.resolver(Duration.ofSeconds(20), dns.address());
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> Net.options().resolver(resolver).connect("missing.test", 80))
                .withMessage(
                    "host not resolved: host=missing.test cause=no such host; check the name");
            try (Server server = greeting();
                Connection connection =
                    Net.options().resolver(resolver).connect("service.test", port(server))) {
              assertThat(connection.reader().readLine()).isEqualTo("hello");
            }
          }
        });
  }
}
