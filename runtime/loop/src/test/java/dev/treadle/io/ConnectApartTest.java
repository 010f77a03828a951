package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.Cancelled;
import dev.treadle.Task;
import dev.treadle.Virtually;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** RFC 8305 with a resolver whose families answer when the test says, on virtual time. */
class ConnectApartTest {
  private static final String SIX = "2001:db8::1";
  private static final String SIX_TOO = "2001:db8::2";
  private static final String FOUR = "10.0.0.1";
  private static final String FOUR_TOO = "10.0.0.2";

  private final ConnectScript script = new ConnectScript();
  private final Names names = new Names();

  private String connect() {
    return Virtually.run(() -> script.connect(250, names));
  }

  @Test
  void shouldBeginWithIpv6AtOnceWhenItComesFirst() {
    names.six(20, SIX).four(10_000, FOUR);
    script.connects(SIX, 30);
    assertThat(connect()).isEqualTo(SIX);
    assertThat(script.events)
        .containsExactly(
            "20 AAAA", "20 start " + SIX, "50 connected " + SIX, "50 A cancelled", "50 end");
  }

  @Test
  void shouldWaitFiftyMillisecondsForIpv6WhenIpv4ComesFirst() {
    names.six(69, SIX).four(20, FOUR);
    script.connects(SIX, 30);
    assertThat(connect()).isEqualTo(SIX);
    assertThat(script.events)
        .containsExactly("20 A", "69 AAAA", "69 start " + SIX, "99 connected " + SIX, "99 end");
  }

  @Test
  void shouldBeginWithIpv4WhenIpv6TakesLonger() {
    names.six(10_000, SIX).four(20, FOUR);
    script.connects(FOUR, 30);
    assertThat(connect()).isEqualTo(FOUR);
    assertThat(script.events)
        .containsExactly(
            "20 A", "70 start " + FOUR, "100 connected " + FOUR, "100 AAAA cancelled", "100 end");
  }

  @Test
  void shouldNotWaitWhenThereIsNoIpv6() {
    names.six(20).four(30, FOUR);
    script.connects(FOUR, 5);
    assertThat(connect()).isEqualTo(FOUR);
    assertThat(script.events)
        .containsExactly("20 AAAA", "30 A", "30 start " + FOUR, "35 connected " + FOUR, "35 end");
  }

  @Test
  void shouldStopWaitingWhenIpv6TurnsOutToBeNone() {
    names.six(40).four(20, FOUR);
    script.connects(FOUR, 5);
    assertThat(connect()).isEqualTo(FOUR);
    assertThat(script.events).contains("40 start " + FOUR);
  }

  @Test
  void shouldGiveALateFamilyTheNextTurn() {
    names.six(100, SIX, SIX_TOO).four(0, FOUR, FOUR_TOO);
    script.connects(FOUR, 5000).connects(FOUR_TOO, 5000);
    script.connects(SIX, 5000).connects(SIX_TOO, 10);
    assertThat(connect()).isEqualTo(SIX_TOO);
    assertThat(script.events)
        .containsSubsequence(
            "50 start " + FOUR,
            "100 AAAA",
            "300 start " + SIX,
            "550 start " + FOUR_TOO,
            "800 start " + SIX_TOO,
            "810 connected " + SIX_TOO);
    assertThat(script.open()).isOne();
  }

  /** The delay is counted from the attempt before, not from when the address came. */
  @Test
  void shouldTryALateAddressAtOnceWhenTheOneBeforeHasHadItsTime() {
    names.six(400, SIX).four(0, FOUR);
    script.connects(FOUR, 5000).connects(SIX, 10);
    assertThat(connect()).isEqualTo(SIX);
    assertThat(script.events)
        .containsSubsequence("50 start " + FOUR, "400 AAAA", "400 start " + SIX, "410 end");
  }

  @Test
  void shouldWaitForTheOtherFamilyWhenAllOfTheFirstHaveFailed() {
    names.six(20, SIX).four(3000, FOUR);
    script.fails(SIX, 10).connects(FOUR, 10);
    assertThat(connect()).isEqualTo(FOUR);
    assertThat(script.events)
        .containsSubsequence("30 failed " + SIX, "3000 A", "3000 start " + FOUR, "3010 end");
  }

  @Test
  void shouldWinWhileItWaitsForTheOtherFamily() {
    names.six(0, SIX).four(10_000, FOUR);
    script.connects(SIX, 1000);
    assertThat(connect()).isEqualTo(SIX);
    assertThat(script.events).endsWith("1000 connected " + SIX, "1000 A cancelled", "1000 end");
  }

  @Test
  void shouldTellTheAddressesOfBothWhenNoneConnects() {
    names.six(20, SIX).four(100, FOUR);
    script.fails(SIX, 10).fails(FOUR, 10);
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(this::connect)
        .withMessageContaining("host=host.test port=80 addresses=[2001:db8:0:0:0:0:0:1, 10.0.0.1]")
        .satisfies(
            failure ->
                assertThat(failure.getSuppressed())
                    .filteredOn(reason -> reason instanceof UncheckedIOException)
                    .extracting(Throwable::getMessage)
                    .containsExactly(SIX + " refused", FOUR + " refused"));
  }

  @Test
  void shouldMakeDoWithOneFamilyWhenTheOtherIsNotAnswered() {
    names.failing(StandardProtocolFamily.INET6, 10).four(20, FOUR);
    script.connects(FOUR, 10);
    assertThat(connect()).isEqualTo(FOUR);
  }

  @Test
  void shouldFailAsTheLookupDoesWhenNobodyAnswers() {
    names.six(30).failing(StandardProtocolFamily.INET, 10);
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(this::connect)
        .withMessage("host not resolved: host=host.test");
  }

  /** As with a name that is to be completed. */
  @Test
  void shouldAskForBothWhenThereIsNoHostOfJustThisName() {
    names.six(30).four(40).both(FOUR);
    script.connects(FOUR, 10);
    assertThat(connect()).isEqualTo(FOUR);
    assertThat(script.events).startsWith("30 AAAA", "40 A", "40 both");
  }

  @Test
  void shouldAskForBothWhenTheyCannotBeAskedApart() {
    names.apart = false;
    names.both(SIX);
    script.connects(SIX, 10);
    assertThat(connect()).isEqualTo(SIX);
    assertThat(script.events).startsWith("0 both");
  }

  @Test
  void shouldLeaveNothingBehindWhenCancelled() {
    names.six(10_000, SIX).four(0, FOUR);
    script.connects(FOUR, 10_000);
    Virtually.run(
        () -> {
          Task<String> connecting = spawn(() -> script.connect(250, names));
          sleep(Duration.ofMillis(60));
          connecting.cancel();
          assertThatExceptionOfType(CancellationException.class)
              .isThrownBy(() -> await(connecting));
        });
    assertThat(script.events)
        .contains("60 AAAA cancelled", "60 cancelled " + FOUR)
        .noneMatch(event -> event.contains("connected"));
    assertThat(script.open()).isZero();
  }

  /** Answers for each family after a while. */
  private final class Names implements FamilyResolver {
    private @Nullable Answer six;
    private @Nullable Answer four;
    private List<InetAddress> both = List.of();
    private boolean apart = true;

    private record Answer(long millis, List<InetAddress> addresses, boolean fails) {}

    private static List<InetAddress> ips(String... literals) {
      return Stream.of(literals).map(InetAddress::ofLiteral).toList();
    }

    Names six(long millis, String... addresses) {
      six = new Answer(millis, ips(addresses), false);
      return this;
    }

    Names four(long millis, String... addresses) {
      four = new Answer(millis, ips(addresses), false);
      return this;
    }

    Names failing(StandardProtocolFamily family, long millis) {
      Answer failing = new Answer(millis, List.of(), true);
      if (family == StandardProtocolFamily.INET6) {
        six = failing;
      } else {
        four = failing;
      }
      return this;
    }

    Names both(String... addresses) {
      both = ips(addresses);
      return this;
    }

    @Override
    public boolean isAskedApart(String host) {
      return apart;
    }

    @Override
    public List<InetAddress> resolve(String host) {
      script.note("both");
      return both;
    }

    @Override
    public List<InetAddress> resolve(String host, StandardProtocolFamily family) {
      boolean ipv6 = family == StandardProtocolFamily.INET6;
      Answer answer = ipv6 ? six : four;
      if (answer == null) {
        throw new AssertionError("not expected to be asked: family=" + family);
      }
      String name = ipv6 ? "AAAA" : "A";
      try {
        sleep(Duration.ofMillis(answer.millis));
      } catch (Cancelled cancelled) {
        script.note(name + " cancelled");
        throw cancelled;
      }
      script.note(name);
      if (answer.fails) {
        throw new UncheckedIOException(
            "host not resolved: host=" + host, new java.io.IOException("no answer"));
      }
      return answer.addresses;
    }
  }
}
