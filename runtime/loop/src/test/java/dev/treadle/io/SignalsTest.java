package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.run;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.treadle.CancelScope;
import dev.treadle.ChildJvm;
import dev.treadle.Loop;
import dev.treadle.VirtualClock;
import dev.treadle.internal.SignalHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** With WINCH and CONT, which do nothing where nobody receives them. */
@Timeout(60)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no such signals")
class SignalsTest {
  private static final String ONE = "WINCH";
  private static final String OTHER = "CONT";

  @Test
  void shouldGiveEachSignalWhenItComes() {
    run(
        () -> {
          try (Signals signals = Signals.open(ONE, OTHER)) {
            SignalHandlers.raise(ONE);
            assertThat(signals.next()).isEqualTo(ONE);
            SignalHandlers.raise(OTHER);
            assertThat(signals.next()).isEqualTo(OTHER);
          }
        });
  }

  @Test
  void shouldLetOtherTasksRunWhileItWaits() {
    run(
        () -> {
          var raiser = spawn(() -> SignalHandlers.raise(ONE));
          assertThat(Signals.await(ONE, OTHER)).isEqualTo(ONE);
          await(raiser);
        });
  }

  @Test
  void shouldEndTheForLoopWhenAnotherTaskCloses() {
    List<String> seen = new ArrayList<>();
    run(
        () -> {
          Signals signals = Signals.open(ONE);
          var reader =
              spawn(
                  () -> {
                    for (String signal : signals) {
                      seen.add(signal);
                      signals.close();
                    }
                  });
          SignalHandlers.raise(ONE);
          await(reader);
          assertThatExceptionOfType(IllegalStateException.class)
              .isThrownBy(signals::next)
              .withMessage(
                  "next() of closed signals: signals=[WINCH]; keep them open while a task waits");
        });
    assertThat(seen).containsExactly(ONE);
  }

  @Test
  void shouldGiveEachReceiverEachSignal() {
    run(
        () -> {
          try (Signals first = Signals.open(ONE);
              Signals second = Signals.open(ONE)) {
            SignalHandlers.raise(ONE);
            assertThat(first.next()).isEqualTo(ONE);
            assertThat(second.next()).isEqualTo(ONE);
          }
        });
  }

  @Test
  void shouldMergeASignalThatNobodyHasLookedAtYet() {
    run(
        () -> {
          try (Signals merging = Signals.open(ONE, OTHER);
              Signals counting = Signals.open(ONE, OTHER)) {
            for (int n = 0; n < 3; n++) {
              SignalHandlers.raise(ONE);
              assertThat(counting.next()).isEqualTo(ONE);
            }
            SignalHandlers.raise(OTHER);
            assertThat(counting.next()).isEqualTo(OTHER);
            assertThat(List.of(merging.next(), merging.next())).containsExactly(ONE, OTHER);
          }
        });
  }

  @Test
  void shouldLoseNoSignalWhenAWaitIsCancelled() {
    run(
        () -> {
          try (Signals signals = Signals.open(ONE)) {
            for (int n = 0; n < 3; n++) {
              CancelScope scope = new CancelScope();
              var waiter = spawn(() -> scope.run(signals::next));
              yieldNow();
              scope.cancel();
              assertThat(await(waiter)).isEmpty();
            }
            SignalHandlers.raise(ONE);
            assertThat(signals.next()).isEqualTo(ONE);
          }
        });
  }

  @Test
  void shouldGiveTheSignalBackWhenTheLastReceiverCloses() throws InterruptedException {
    CountDownLatch before = new CountDownLatch(1);
    Object original = SignalHandlers.take(ONE, before::countDown);
    try {
      run(
          () -> {
            Signals first = Signals.open(ONE);
            try (Signals second = Signals.open(ONE)) {
              first.close();
              SignalHandlers.raise(ONE);
              assertThat(second.next()).isEqualTo(ONE);
            }
          });
      assertThat(before.getCount()).isOne();
      SignalHandlers.raise(ONE);
      before.await();
    } finally {
      SignalHandlers.restore(ONE, original);
    }
  }

  @Test
  void shouldRaiseAgainWhatNobodyHasLookedAtWhenItCloses() throws InterruptedException {
    CountDownLatch before = new CountDownLatch(1);
    Object original = SignalHandlers.take(ONE, before::countDown);
    try {
      run(
          () -> {
            Signals unread = Signals.open(ONE);
            try (Signals second = Signals.open(ONE)) {
              SignalHandlers.raise(ONE);
              assertThat(second.next()).isEqualTo(ONE);
            }
            // The other has it, too, by now or in the next turn.
            yieldNow();
            unread.close();
          });
      before.await();
      assertThat(before.getCount()).isZero();
    } finally {
      SignalHandlers.restore(ONE, original);
    }
  }

  @Test
  void shouldGiveTheSignalBackWhenTheLoopHasEndedWithoutAClose() throws InterruptedException {
    CountDownLatch before = new CountDownLatch(1);
    Object original = SignalHandlers.take(ONE, before::countDown);
    try {
      run(() -> assertThat(Signals.open(ONE)).hasToString("Signals[WINCH]"));
      SignalHandlers.raise(ONE);
      before.await();
      assertThat(SignalReceivers.isTaken(ONE)).isFalse();
    } finally {
      SignalHandlers.restore(ONE, original);
    }
  }

  @Test
  void shouldRefuseASignalThatIsUnknownOrKept() {
    run(
        () -> {
          assertThatIllegalArgumentException()
              .isThrownBy(() -> Signals.open(ONE, "SIGINT"))
              .withMessage(
                  "no such signal: signal=SIGINT; give a name that kill -l lists, without SIG,"
                      + " such as INT");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> Signals.open("SEGV"))
              .withMessage(
                  "signal kept by the JVM or the operating system: signal=SEGV; take another,"
                      + " such as INT, TERM, HUP or WINCH");
          assertThatIllegalArgumentException()
              .isThrownBy(Signals::open)
              .withMessage("no signal to receive: names=[]; give one or more");
          assertThat(SignalReceivers.isTaken(ONE)).isFalse();
        });
  }

  @Test
  void shouldBeNoDeadlockAndNoReasonForAVirtualClockToStandStill() {
    Loop.builder()
        .clock(new VirtualClock())
        .run(
            () -> {
              boolean inTime =
                  moveOnAfter(
                      Duration.ofDays(1),
                      () -> {
                        Signals.await(ONE);
                      });
              assertThat(inTime).isFalse();
              assertThat(Loop.current().time()).isEqualTo(Duration.ofDays(1));
            });
  }

  @Test
  void shouldTakeCtrlCFromTheMainTaskWhileItIsOpen() throws Exception {
    try (ChildJvm jvm = ChildJvm.start(Receiving.class)) {
      jvm.awaitLine("receiving");
      jvm.interrupt();
      jvm.awaitLine("got INT");
      jvm.awaitLine("asleep");
      jvm.interrupt();
      assertThat(jvm.awaitExit()).isEqualTo(130);
      assertThat(jvm.output()).contains("cleaned up");
    }
  }

  static final class Receiving {
    public static void main(String[] args) {
      run(
          () -> {
            try (Signals signals = Signals.open("INT")) {
              System.out.println("receiving");
              System.out.println("got " + signals.next());
            }
            try {
              System.out.println("asleep");
              sleep(Duration.ofDays(1));
            } finally {
              System.out.println("cleaned up");
            }
          });
    }
  }
}
