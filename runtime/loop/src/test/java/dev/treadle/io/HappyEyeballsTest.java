package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Virtually;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class HappyEyeballsTest {
  private static final int SCENARIOS = 2000;

  private static InetAddress ip(String literal) {
    return InetAddress.ofLiteral(literal);
  }

  private static List<InetAddress> ips(String... literals) {
    return List.of(literals).stream().map(HappyEyeballsTest::ip).toList();
  }

  private static List<InetAddress> turns(String... literals) {
    return Virtually.run(
        () -> {
          AddressTurns turns = AddressTurns.of("host.test", ips(literals));
          List<InetAddress> all = new ArrayList<>();
          while (turns.hasNext()) {
            assertThat(turns.isLast()).isEqualTo(all.size() == literals.length - 1);
            turns.promise();
            all.add(turns.next());
          }
          assertThat(turns.taken()).isEqualTo(all);
          return all;
        });
  }

  @Test
  void shouldLetTheFamiliesTakeTurns() {
    assertThat(turns("2001:db8::1", "2001:db8::2", "2001:db8::3", "10.0.0.1", "10.0.0.2"))
        .isEqualTo(ips("2001:db8::1", "10.0.0.1", "2001:db8::2", "10.0.0.2", "2001:db8::3"));
    assertThat(turns("10.0.0.1", "10.0.0.2", "2001:db8::1"))
        .as("the first stays the first")
        .isEqualTo(ips("10.0.0.1", "2001:db8::1", "10.0.0.2"));
    assertThat(turns("10.0.0.1")).isEqualTo(ips("10.0.0.1"));
  }

  @Test
  void shouldStartTheNextWhenTheDelayHasPassed() {
    ConnectScript script =
        new ConnectScript().connects("2001:db8::1", 1000).connects("10.0.0.1", 20);
    Virtually.run(() -> assertThat(script.connect(250)).isEqualTo("10.0.0.1"));
    assertThat(script.events)
        .containsExactly(
            "0 start 2001:db8::1",
            "250 start 10.0.0.1",
            "270 connected 10.0.0.1",
            "270 cancelled 2001:db8::1",
            "270 end");
  }

  @Test
  void shouldStartTheNextAtOnceWhenOneFails() {
    ConnectScript script =
        new ConnectScript().fails("2001:db8::1", 10).fails("10.0.0.1", 5).connects("10.0.0.2", 7);
    Virtually.run(() -> assertThat(script.connect(250)).isEqualTo("10.0.0.2"));
    assertThat(script.events)
        .containsExactly(
            "0 start 2001:db8::1",
            "10 failed 2001:db8::1",
            "10 start 10.0.0.1",
            "15 failed 10.0.0.1",
            "15 start 10.0.0.2",
            "22 connected 10.0.0.2",
            "22 end");
  }

  @Test
  void shouldGiveTheFirstThatConnectsThoughAnotherStartedBefore() {
    ConnectScript script =
        new ConnectScript().connects("2001:db8::1", 255).connects("10.0.0.1", 10);
    Virtually.run(() -> assertThat(script.connect(250)).isEqualTo("2001:db8::1"));
    assertThat(script.events)
        .containsExactly(
            "0 start 2001:db8::1",
            "250 start 10.0.0.1",
            "255 connected 2001:db8::1",
            "255 cancelled 10.0.0.1",
            "255 end");
  }

  @Test
  void shouldCloseWhatConnectsInTheSameTurnAsTheWinner() {
    ConnectScript script =
        new ConnectScript().connects("2001:db8::1", 260).connects("10.0.0.1", 10);
    Virtually.run(() -> assertThat(script.connect(250)).isEqualTo("2001:db8::1"));
    assertThat(script.events)
        .containsExactly(
            "0 start 2001:db8::1",
            "250 start 10.0.0.1",
            "260 connected 2001:db8::1",
            "260 connected 10.0.0.1",
            "260 closed 10.0.0.1",
            "260 end");
  }

  @Test
  void shouldTellEachAddressAndReasonWhenNoneConnects() {
    ConnectScript script = new ConnectScript().fails("2001:db8::1", 300).fails("10.0.0.1", 10);
    Virtually.run(
        () ->
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> script.connect(250))
                .withMessage(
                    "connect failed: host=host.test port=80 addresses=[2001:db8:0:0:0:0:0:1,"
                        + " 10.0.0.1]; check that a server listens there (why not is suppressed"
                        + " here, for each)")
                .withCauseInstanceOf(ConnectException.class)
                .satisfies(
                    failure ->
                        assertThat(failure.getSuppressed())
                            .filteredOn(reason -> reason instanceof UncheckedIOException)
                            .extracting(Throwable::getMessage)
                            .containsExactly("2001:db8::1 refused", "10.0.0.1 refused")));
  }

  @Test
  void shouldSayTheSameOfAHostWithOneAddress() {
    ConnectScript script = new ConnectScript().fails("10.0.0.1", 10);
    Virtually.run(
        () ->
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> script.connect(250))
                .withMessageStartingWith(
                    "connect failed: host=host.test port=80 addresses=[10.0.0.1]")
                .satisfies(
                    failure ->
                        assertThat(failure.getSuppressed()[0]).hasMessage("10.0.0.1 refused")));
  }

  @Test
  void shouldLeaveNothingBehindWhenCancelled() {
    ConnectScript script =
        new ConnectScript()
            .connects("2001:db8::1", 1000)
            .connects("10.0.0.1", 1000)
            .connects("10.0.0.2", 1000);
    Virtually.run(
        () -> {
          Task<String> connecting = spawn(() -> script.connect(250));
          sleep(Duration.ofMillis(300));
          connecting.cancel();
          assertThatExceptionOfType(CancellationException.class)
              .isThrownBy(() -> await(connecting));
          yieldNow();
        });
    assertThat(script.events)
        .containsExactlyInAnyOrder(
            "0 start 2001:db8::1",
            "250 start 10.0.0.1",
            "300 cancelled 2001:db8::1",
            "300 cancelled 10.0.0.1");
  }

  /** Against what the RFC says, worked out without tasks. */
  @Test
  void shouldDoAsTheModelSaysForRandomHosts() {
    for (long seed = 1; seed <= SCENARIOS; seed++) {
      Random random = new Random(seed);
      int count = 1 + random.nextInt(5);
      int delay = 1 + random.nextInt(300);
      ConnectScript script = new ConnectScript();
      List<Long> times = new ArrayList<>();
      List<Boolean> works = new ArrayList<>();
      for (int n = 0; n < count; n++) {
        // In thousandths apart from each other, so that no two things happen at one time.
        long micros = (1 + random.nextInt(600)) * 1000L + n + 1;
        boolean connects = random.nextInt(3) == 0;
        times.add(micros);
        works.add(connects);
        script.add("10.0.0." + (n + 1), micros, connects);
      }
      long start = 0;
      long won = Long.MAX_VALUE;
      int winner = -1;
      for (int n = 0; n < count && start < won; n++) {
        long end = start + times.get(n);
        if (works.get(n) && end < won) {
          won = end;
          winner = n;
        }
        start = works.get(n) ? start + delay * 1000L : Math.min(end, start + delay * 1000L);
      }
      String expected = winner < 0 ? "none" : "10.0.0." + (winner + 1);
      long expectedEnd = won;
      Duration[] end = new Duration[1];
      String actual =
          Virtually.run(
              () -> {
                try {
                  return script.connect(delay);
                } catch (UncheckedIOException none) {
                  return "none";
                } finally {
                  end[0] = Loop.current().time();
                }
              });
      assertThat(actual).as("seed=%s", seed).isEqualTo(expected);
      if (winner >= 0) {
        assertThat(end[0].toNanos() / 1000).as("seed=%s", seed).isEqualTo(expectedEnd);
      }
      assertThat(script.open()).as("left open, seed=%s", seed).isEqualTo(winner < 0 ? 0 : 1);
    }
  }
}
