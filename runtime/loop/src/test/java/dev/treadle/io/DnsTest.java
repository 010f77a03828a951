package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.Action;
import dev.treadle.Garbage;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Transport;
import dev.treadle.Treadle;
import java.io.UncheckedIOException;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
@ExtendWith(Leaks.class)
class DnsTest {
  /** Long enough not to run out on a busy machine. */
  private static final Duration LONG = Duration.ofSeconds(20);

  /** For what is not answered. */
  private static final Duration SHORT = Duration.ofMillis(50);

  private static final byte[] V4 = {10, 1, 2, 3};
  private static final byte[] OTHER_V4 = {10, 1, 2, 4};
  private static final byte[] V6 = {0x20, 1, 0xd, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7};

  static Stream<Transport> transports() {
    return Arrays.stream(Transport.values()).filter(Transport::isAvailable);
  }

  private static void run(Action<Exception> body) {
    run(Transport.preferred(), body);
  }

  private static void run(Transport transport, Action<Exception> body) {
    Loop.builder().transport(transport).run(body);
  }

  private static InetAddress address(byte[] bytes) throws UnknownHostException {
    return InetAddress.getByAddress(bytes);
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldGiveAllAddressesIpv6First(Transport transport) {
    run(
        transport,
        () -> {
          try (DnsServer server = new DnsServer().host("both.test", V4, V6, OTHER_V4)) {
            Resolver resolver = Dns.resolver(LONG, server.address());
            assertThat(resolver.resolve("both.test"))
                .containsExactly(address(V6), address(V4), address(OTHER_V4));
            assertThat(server.queries()).containsExactlyInAnyOrder("A both.test", "AAAA both.test");
            assertThat(resolver.resolve("BOTH.test."))
                .containsExactly(address(V6), address(V4), address(OTHER_V4));
          }
        });
  }

  @Test
  void shouldGiveWhatThereIsWhenAFamilyHasNone() {
    run(
        () -> {
          try (DnsServer server = new DnsServer().host("four.test", V4).host("six.test", V6)) {
            Resolver resolver = Dns.resolver(LONG, server.address());
            assertThat(resolver.resolve("four.test")).containsExactly(address(V4));
            assertThat(resolver.resolve("six.test")).containsExactly(address(V6));
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldAskOverTcpWhenADatagramDoesNotHoldTheAnswer(Transport transport) {
    run(
        transport,
        () -> {
          byte[][] many = new byte[30][];
          for (int n = 0; n < many.length; n++) {
            many[n] = new byte[] {10, 0, 0, (byte) n};
          }
          try (DnsServer server = new DnsServer().host("many.test", many).tooLong("many.test")) {
            assertThat(Dns.resolver(LONG, server.address()).resolve("many.test")).hasSize(30);
            assertThat(server.queries()).contains("A many.test", "TCP A many.test");
          }
        });
  }

  @Test
  void shouldAnswerForEachFamilyApart() {
    run(
        () -> {
          try (DnsServer server =
              new DnsServer()
                  .host("both.test", V4, V6, OTHER_V4)
                  .host("four.test", V4)
                  .error("silent.test", -1)) {
            FamilyResolver resolver =
                (FamilyResolver) Dns.resolver(Duration.ofSeconds(1), server.address());
            assertThat(resolver.isAskedApart("both.test.")).isTrue();
            assertThat(resolver.isAskedApart("10.1.2.3")).isFalse();
            assertThat(resolver.isAskedApart("localhost.")).isFalse();
            assertThat(resolver.resolve("both.test", StandardProtocolFamily.INET6))
                .containsExactly(address(V6));
            assertThat(server.queries()).containsExactly("AAAA both.test");
            assertThat(resolver.resolve("both.test", StandardProtocolFamily.INET))
                .containsExactly(address(V4), address(OTHER_V4));
            assertThat(resolver.resolve("four.test", StandardProtocolFamily.INET6)).isEmpty();
            assertThat(resolver.resolve("missing.test", StandardProtocolFamily.INET)).isEmpty();
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> resolver.resolve("silent.test", StandardProtocolFamily.INET))
                .withMessageStartingWith(
                    "host not resolved: host=silent.test cause=no name server");
          }
        });
  }

  @Test
  void shouldKnowHowManyDotsANameHasThatIsAskedAsItIs() {
    assertThat(SystemNames.ndots("")).isEqualTo(1);
    assertThat(SystemNames.ndots(" options timeout:1 ndots:5 rotate ")).isEqualTo(5);
    assertThat(SystemNames.ndots(" options ndots:5 options ndots:0")).isZero();
    assertThat(SystemNames.ndots("options ndots:x ndots:99999999999")).isEqualTo(1);
  }

  @Test
  void shouldKeepAnswers() {
    run(
        () -> {
          try (DnsServer server = new DnsServer().host("kept.test", V4)) {
            Resolver resolver = Dns.resolver(LONG, server.address());
            resolver.resolve("kept.test");
            int asked = server.queries().size();
            assertThat(resolver.resolve("kept.test")).containsExactly(address(V4));
            assertThat(server.queries()).hasSize(asked);
          }
        });
  }

  @Test
  void shouldSayInOneLineWhyAHostHasNoAddress() {
    run(
        () -> {
          try (DnsServer server =
              new DnsServer()
                  .error("failing.test", DnsServer.SERVER_FAILURE)
                  .error("silent.test", -1)) {
            assertFailure(
                Dns.resolver(LONG, server.address()),
                "missing.test",
                "no such host; check the name");
            assertFailure(
                Dns.resolver(LONG, server.address()),
                "failing.test",
                "the name server has failed with ServFail(2); try again");
            assertFailure(
                Dns.resolver(SHORT, server.address()),
                "silent.test",
                "no name server has answered in time; check the network and the name servers");
          }
        });
  }

  private static void assertFailure(Resolver resolver, String host, String cause) {
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> resolver.resolve(host))
        .withMessage("host not resolved: host=" + host + " cause=" + cause)
        .withCauseInstanceOf(UnknownHostException.class);
  }

  @Test
  void shouldAskTheNextServerWhenOneDoesNotAnswer() {
    run(
        () -> {
          try (DnsServer silent = new DnsServer().error("host.test", -1);
              DnsServer server = new DnsServer().host("host.test", V4, V6)) {
            assertThat(
                    Dns.resolver(Duration.ofMillis(500), silent.address(), server.address())
                        .resolve("host.test"))
                .containsExactly(address(V6), address(V4));
            assertThat(silent.queries()).isNotEmpty();
          }
        });
  }

  @Test
  void shouldRunOtherTasksWhileItAsks() {
    run(
        () -> {
          try (DnsServer server = new DnsServer().error("silent.test", -1)) {
            Task<List<InetAddress>> asking =
                spawn(() -> Dns.resolver(LONG, server.address()).resolve("silent.test"));
            while (server.queries().isEmpty()) {
              yieldNow();
            }
            asking.cancel();
            assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(asking));
          }
        });
  }

  @Test
  void shouldAskNobodyForAddressesAndLocalhost() {
    run(
        () -> {
          try (DnsServer server = new DnsServer()) {
            Resolver resolver = Dns.resolver(LONG, server.address());
            assertThat(resolver.resolve("10.1.2.3")).containsExactly(address(V4));
            assertThat(resolver.resolve("2001:db8::7")).containsExactly(address(V6));
            assertThat(resolver.resolve("[2001:db8::7]")).containsExactly(address(V6));
            for (String name : List.of("localhost", "LOCALHOST", "a.localhost", "localhost.")) {
              assertThat(resolver.resolve(name))
                  .isNotEmpty()
                  .allMatch(InetAddress::isLoopbackAddress);
              assertThat(Dns.resolve(name)).isNotEmpty().allMatch(InetAddress::isLoopbackAddress);
            }
            assertThat(server.queries()).isEmpty();
          }
        });
  }

  @Test
  void shouldBelieveTheHostsFile(@TempDir Path folder) throws Exception {
    Path hosts = folder.resolve("hosts");
    Files.writeString(hosts, "10.1.2.3 db Db.test # ours\n2001:db8::7 db\n10.1.2.4 db.test\n");
    run(
        () -> {
          try (DnsServer server = new DnsServer()) {
            Resolver resolver =
                new Lookup(
                    new SystemNames(
                        hosts.toFile(), SystemNames.sequential(List.of(server.address()))),
                    LONG);
            assertThat(resolver.resolve("db")).containsExactly(address(V6), address(V4));
            assertThat(resolver.resolve("DB.test")).containsExactly(address(V4), address(OTHER_V4));
            assertThat(server.queries()).isEmpty();
          }
        });
  }

  @Test
  void shouldReadTheHostsFileAgainInTime(@TempDir Path folder) throws Exception {
    Path hosts = folder.resolve("hosts");
    Files.writeString(hosts, "10.1.2.3 db\n");
    run(
        () -> {
          SystemNames names = new SystemNames(hosts.toFile(), null);
          names.refresh();
          assertThat(names.hosts("db")).containsExactly(address(V4));
          Files.writeString(hosts, "10.1.2.4 db\n");
          names.refresh();
          assertThat(names.hosts("db")).as("read lately").containsExactly(address(V4));
          names.age(Duration.ofSeconds(11));
          names.refresh();
          assertThat(names.hosts("db")).containsExactly(address(OTHER_V4));
        });
  }

  @Test
  void shouldRefuseWhatCannotBeAsked() {
    run(
        () -> {
          assertThatIllegalArgumentException()
              .isThrownBy(() -> Dns.resolve(""))
              .withMessage("host is empty: host=; give a name or an address");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> Dns.resolver(LONG))
              .withMessageStartingWith("no name servers: ");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> Dns.resolver(Duration.ZERO, new InetSocketAddress("127.0.0.1", 53)))
              .withMessageStartingWith("no time to answer: timeout=PT0S");
        });
    assertThatIllegalStateException().isThrownBy(() -> Dns.resolve("localhost"));
  }

  /** What is kept for a loop goes with it. */
  @Test
  void shouldHoldNoLoopThatHasEnded() throws InterruptedException {
    Resolver[] resolver = new Resolver[1];
    ReferenceQueue<Loop> told = new ReferenceQueue<>();
    WeakReference<Loop> ended =
        Treadle.run(
            () -> {
              try (DnsServer server = new DnsServer().host("host.test", V4)) {
                resolver[0] = Dns.resolver(LONG, server.address());
                resolver[0].resolve("host.test");
                return new WeakReference<>(Loop.current(), told);
              }
            });
    Garbage.await(told);
    assertThat(ended.get()).isNull();
    assertThat(resolver[0]).isNotNull();
  }
}
