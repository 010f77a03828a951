package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.race;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.VirtualLoop.ms;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepForever;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.conformance.Ports;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class StaggeredTest {
  private static Callable<Integer> after(long millis, int value) {
    return () -> {
      sleepMs(millis);
      return value;
    };
  }

  private static Callable<Integer> failAfter(long millis, Exception failure) {
    return () -> {
      sleepMs(millis);
      throw failure;
    };
  }

  @Ports(
      value = "test_staggered.StaggeredTests.test_empty",
      differs = "a race of nothing is refused, as nobody can win it")
  @Test
  void shouldRefuseARaceOfNothing() {
    VirtualLoop.run(
        () ->
            assertThatIllegalArgumentException()
                .isThrownBy(() -> Treadle.<Integer>race(ms(10), List.of()))
                .withMessageStartingWith("race() of nothing: "));
  }

  @Ports("test_staggered.StaggeredTests.test_one_successful")
  @Test
  void shouldWinAtOnceWhenTheFirstSucceeds() {
    VirtualLoop.run(
        () -> {
          assertThat(race(ms(100), List.of(after(5, 1)))).isOne();
          assertThat(now()).isEqualTo(5);
        });
  }

  @Ports(
      value = "test_staggered.StaggeredTests.test_first_error_second_successful",
      differs = "failures before the win are dropped")
  @Test
  void shouldStartTheNextWhenTheOneBeforeHasFailed() {
    VirtualLoop.run(
        () -> {
          assertThat(race(ms(100), List.of(failAfter(5, new IOException()), after(5, 2))))
              .isEqualTo(2);
          assertThat(now()).isEqualTo(10);
        });
  }

  @Ports("test_staggered.StaggeredTests.test_first_timeout_second_successful")
  @Test
  void shouldStartTheNextWhenTheDelayHasPassed() {
    VirtualLoop.run(
        () -> {
          assertThat(
                  race(
                      ms(100),
                      List.of(after(1000, 1), after(10, 2), failAfter(0, new IOException()))))
              .isEqualTo(2);
          assertThat(now()).as("the third was never started").isEqualTo(110);
        });
  }

  @Ports(
      value = "test_staggered.StaggeredTests.test_none_successful",
      differs = "a race that nobody wins throws all failures")
  @Test
  void shouldThrowAllFailuresWhenNoneOfTheStaggeredSucceeds() {
    VirtualLoop.run(
        () -> {
          IOException first = new IOException("first");
          IOException second = new IOException("second");
          assertThatThrownBy(
                  () -> race(ms(100), List.of(failAfter(250, second), failAfter(100, first))))
              .isInstanceOfSatisfying(
                  TaskGroupException.class,
                  failed -> assertThat(failed.causes()).containsExactly(first, second));
          assertThat(now()).isEqualTo(250);
        });
  }

  @Ports("test_staggered.StaggeredTests.test_multiple_winners")
  @Test
  void shouldGiveTheFirstWhenStaggeredOnesSucceedInOneTurn() {
    VirtualLoop.run(
        () -> {
          Deferred<Integer> both = new Deferred<>();
          List<Integer> undelivered = new ArrayList<>();
          Callable<Integer> release =
              () -> {
                both.complete(0);
                sleepForever();
                return 3;
              };
          assertThat(
                  race(
                      ms(100),
                      List.of(() -> await(both) + 1, () -> await(both) + 2, release),
                      undelivered::add))
              .isOne();
          assertThat(undelivered).containsExactly(2);
          assertThat(now()).isEqualTo(200);
        });
  }

  @Ports("test_staggered.StaggeredTests.test_cancelled")
  @Test
  void shouldStartNothingMoreWhenCancelled() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          Callable<Integer> first =
              () -> {
                order.step(1);
                sleepForever();
                return 1;
              };
          Callable<Integer> second =
              () -> {
                order.step(2);
                return 2;
              };
          Task<Integer> racing = spawn(() -> race(ms(100), List.of(first, second)));
          sleepMs(10);
          racing.cancel();
          assertThatThrownBy(() -> await(racing)).isInstanceOf(CancellationException.class);
          order.end(1);
          assertThat(now()).isEqualTo(10);
        });
  }
}
