package dev.treadle.offload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.offload.WorkerCrashedException.Ending;
import dev.treadle.offload.internal.Encoded;
import dev.treadle.offload.internal.Frames;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The parts of a pool that need no process. */
class PoolPartsTest {
  private static final WorkerCrashedException CRASH =
      new WorkerCrashedException("step", 7, Ending.EXIT, 3, 0, List.of(), null);

  @Test
  void shouldSendAheadAsManyCallsAsAMillisecondTakes() {
    Pace pace = new Pace();
    assertThat(pace.ahead(0)).isEqualTo(1);
    pace.took(100_000);
    assertThat(pace.ahead(0)).isEqualTo(10);
    // Not behind one that turns out to take long.
    assertThat(pace.ahead(2 * Pace.SHORT_NANOS)).isEqualTo(1);
    pace.slow();
    assertThat(pace.ahead(0)).isEqualTo(1);
    Pace quick = new Pace();
    quick.took(10);
    assertThat(quick.ahead(0)).isEqualTo(InFlight.MOST);
  }

  @Test
  void shouldQuarantineAStepBySameBytesUntilItSucceedsOrIsForgiven() {
    Quarantine quarantine = new Quarantine(2);
    assertThat(quarantine.refusal(step("a"))).isNull();
    assertThat(quarantine.crashed(step("a"), CRASH)).isFalse();
    assertThat(quarantine.crashed(step("b"), CRASH)).isFalse();
    assertThat(quarantine.crashed(step("a"), CRASH)).isTrue();
    assertThat(quarantine.refusal(step("a"))).isSameAs(CRASH);
    assertThat(quarantine.refusal(step("b"))).isNull();
    quarantine.succeeded(step("b"));
    assertThat(quarantine.crashed(step("b"), CRASH)).isFalse();
    quarantine.forgive();
    assertThat(quarantine.refusal(step("a"))).isNull();
  }

  @Test
  void shouldForgetTheOldestOfManySteps() {
    Quarantine quarantine = new Quarantine(1);
    for (int i = 0; i < 300; i++) {
      quarantine.crashed(step("step " + i), CRASH);
    }
    assertThat(quarantine.refusal(step("step 0"))).isNull();
    assertThat(quarantine.refusal(step("step 299"))).isSameAs(CRASH);
  }

  @Test
  void shouldPauseLongerAfterEachFailedStartAndGiveUpAfterThree() {
    Starts starts = new Starts();
    long now = 0;
    assertThat(starts.isOpen(now)).isTrue();
    long pause = 100;
    for (int i = 0; i < Starts.ATTEMPTS; i++) {
      assertThat(starts.refusal()).isNull();
      starts.failed(new WorkerStartException("no", null), now);
      assertThat(starts.isOpen(now + TimeUnit.MILLISECONDS.toNanos(pause) - 1)).isFalse();
      now += TimeUnit.MILLISECONDS.toNanos(pause);
      assertThat(starts.isOpen(now)).isTrue();
      pause *= 2;
    }
    assertThat(starts.refusal()).hasMessage("no");
    starts.succeeded();
    assertThat(starts.refusal()).isNull();
    assertThat(starts.isOpen(now)).isTrue();
  }

  @Test
  void shouldTellSignalsFromExitCodes() {
    assertThat(Signals.of(0)).isZero();
    assertThat(Signals.of(3)).isZero();
    assertThat(Signals.of(128 + 9)).isEqualTo(Signals.KILL);
    assertThat(Signals.of(255)).isZero();
    assertThat(Signals.name(6)).isEqualTo("SIGABRT");
    assertThat(Signals.name(30)).isEqualTo("signal 30");
  }

  @Test
  void shouldSayAllItKnowsOfACrash() {
    WorkerCrashedException crash =
        new WorkerCrashedException(
            "render", 4711, Ending.SIGNAL, 9, 300L << 20, List.of("one", "two"), null);
    assertThat(crash)
        .hasMessage(
            "worker crashed: call=render pid=4711 signal=SIGKILL memory=300MiB; somebody killed it,"
                + " or the system for its memory; the pool goes on with another; its last lines:\n"
                + "  one\n  two");
    assertThat(crash.memory()).hasValue(300L << 20);
    assertThat(CRASH.memory()).isEmpty();
    assertThat(CRASH.lastLines()).isEmpty();
  }

  @Test
  void shouldPassOverCancelledCallsThatWait() {
    Backlog backlog = new Backlog();
    List<PoolCall<?>> calls = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      PoolCall<Object> call = call("call " + i);
      calls.add(call);
      backlog.add(call);
    }
    for (int i = 0; i < 199; i++) {
      calls.get(i).over = true;
      backlog.dropped();
    }
    // Most of them are not even kept.
    assertThat(backlog.size()).isLessThan(70);
    assertThat(backlog.first()).isSameAs(calls.get(199));
    backlog.addFirst(List.of(calls.get(0), call("again"), call("and again")));
    assertThat(nameOfFirst(backlog)).isEqualTo("again");
    backlog.removeFirst();
    assertThat(nameOfFirst(backlog)).isEqualTo("and again");
    assertThat(backlog.size()).isPositive();
  }

  @Test
  void shouldKeepTheOrderOfWhatIsInFlight() {
    InFlight inFlight = new InFlight();
    List<PoolCall<?>> calls = List.of(call("0"), call("1"), call("2"), call("3"));
    for (int i = 0; i < calls.size(); i++) {
      assertThat(inFlight.add(calls.get(i))).isEqualTo(InFlight.INITIALIZER + 1 + i);
    }
    assertThat(inFlight.removeFirst()).isSameAs(calls.get(0));
    assertThat(inFlight.head()).isEqualTo(InFlight.INITIALIZER + 2);
    calls.get(2).over = true;
    assertThat(inFlight.take(inFlight.head() + 1)).containsExactly(calls.get(3));
    // The worker is still to answer for what was taken.
    assertThat(inFlight.size()).isEqualTo(3);
    assertThat(inFlight.first()).isSameAs(calls.get(1));
    assertThat(inFlight.takeAll()).containsExactly(calls.get(1));
    assertThat(inFlight.size()).isZero();
    assertThat(inFlight.first()).isNull();
  }

  private static String nameOfFirst(Backlog backlog) {
    PoolCall<?> first = backlog.first();
    return first == null ? "none" : first.name();
  }

  private static Encoded step(String content) {
    byte[] bytes = new byte[Frames.HEADER + content.length()];
    for (int i = 0; i < content.length(); i++) {
      bytes[Frames.HEADER + i] = (byte) content.charAt(i);
    }
    // The header's bytes are no part of it.
    bytes[0] = (byte) System.nanoTime();
    return new Encoded(bytes, content.length(), List.of());
  }

  @SuppressWarnings("NullAway") // None of these is ever cancelled.
  private static PoolCall<Object> call(String name) {
    return new PoolCall<>(name, null, step(name), CallOptions.DEFAULT);
  }
}
