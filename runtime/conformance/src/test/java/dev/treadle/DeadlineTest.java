package dev.treadle;

import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.VirtualLoop.ms;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepForever;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.conformance.Ports;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadlineTest {
  @Ports("trio.test_run.test_basic_timeout")
  @Test
  void shouldBeCancelledWhenTheDeadlinePasses() {
    VirtualLoop.run(
        () -> {
          CancelScope inTime = new CancelScope(ms(1000));
          inTime.run(() -> sleepMs(999));
          sleepMs(10);
          assertThat(inTime.isCancelCalled()).isFalse();

          CancelScope late = new CancelScope(ms(1000));
          late.run(() -> sleepForever());
          assertThat(late.isCancelCalled()).isTrue();
          assertThat(late.cancelledCaught()).isTrue();
          assertThat(now()).isEqualTo(2009);
        });
  }

  @Ports("test_timeouts.TimeoutTests.test_reschedule")
  @Test
  void shouldFollowADeadlineThatIsMoved() {
    VirtualLoop.run(
        () -> {
          CancelScope scope = new CancelScope(ms(10));
          scope.run(
              () -> {
                assertThat(scope.remaining()).isEqualTo(ms(10));
                scope.setTimeout(ms(30));
                sleepMs(20);
                assertThat(scope.remaining()).isEqualTo(ms(10));
                scope.setTimeout(null);
                assertThat(scope.remaining()).isNull();
                sleepMs(1000);
                scope.setTimeout(ms(5));
                assertThat(scope.remaining()).isEqualTo(ms(5));
                sleepForever();
              });
          assertThat(scope.cancelledCaught()).isTrue();
          assertThat(now()).isEqualTo(1025);
        });
  }

  @Ports("trio.test_run.test_basic_timeout")
  @Test
  void shouldBeCancelledAtOnceWhenMovedToZeroOrLess() {
    VirtualLoop.run(
        () -> {
          for (Duration past : new Duration[] {Duration.ZERO, ms(-5)}) {
            CancelScope scope = new CancelScope();
            scope.run(
                () -> {
                  yieldNow();
                  scope.setTimeout(past);
                  assertThat(scope.isCancelCalled()).isTrue();
                  assertThat(scope.remaining()).isEqualTo(Duration.ZERO);
                  assertThatThrownBy(() -> yieldNow()).isInstanceOf(Cancelled.class);
                  yieldNow();
                });
            assertThat(scope.cancelledCaught()).isTrue();
          }
          assertThat(now()).isZero();
        });
  }

  @Ports("test_timeouts.TimeoutTests.test_timeout_finished")
  @Test
  void shouldIgnoreATimeoutSetWhenCancelledOrClosed() {
    VirtualLoop.run(
        () -> {
          CancelScope scope = new CancelScope(ms(10));
          scope.run(
              () -> {
                scope.cancel();
                scope.setTimeout(ms(500));
                scope.setTimeout(null);
                assertThat(scope.remaining()).isEqualTo(ms(10));
              });
          scope.setTimeout(ms(700));
          assertThat(scope.remaining()).isEqualTo(ms(10));
          sleepMs(1000);
          assertThat(scope.cancelledCaught()).isFalse();
        });
  }
}
