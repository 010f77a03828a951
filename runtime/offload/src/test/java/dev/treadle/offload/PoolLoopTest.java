package dev.treadle.offload;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static java.time.Duration.ofHours;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.CancelScope;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Transport;
import dev.treadle.VirtualClock;
import dev.treadle.testing.TestClock;
import dev.treadle.testing.TreadleTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pools of a loop's own task: nothing of them blocks the loop. */
@Timeout(300)
class PoolLoopTest {
  @TempDir Path directory;

  @TreadleTest(maxTurnMillis = 10_000)
  void shouldAwaitACallWhileTheVirtualClockStandsStill(VirtualClock clock) {
    try (ProcessPool pool = ProcessPool.builder().workers(1).open()) {
      assertThat(await(pool.submit(() -> 42))).isEqualTo(42);
      assertThat(clock.elapsed()).isZero();
      Call<Integer> call = pool.submit(() -> 43);
      sleep(ofHours(1));
      assertThat(call.isDone()).isTrue();
      assertThatThrownBy(() -> await(pool.submit(PoolSteps::failing)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("failed on purpose");
      await(pool.submit(() -> PoolSteps.prepare("x")));
    }
    assertThat(clock.elapsed()).isEqualTo(ofHours(1));
  }

  @TreadleTest(clock = TestClock.REAL, maxTurnMillis = 10_000)
  void shouldEndTheCallThatACancelledScopeAwaits() {
    String file = directory.resolve("begun").toString();
    try (ProcessPool pool = ProcessPool.builder().workers(1).open()) {
      Call<Long> call = pool.submit(() -> PoolSteps.spin(file));
      CancelScope scope = new CancelScope();
      Task<Void> waiting =
          spawn(
              "waits",
              () ->
                  scope.run(
                      () -> {
                        await(call);
                      }));
      onThread(() -> awaitFile(file));
      long pid = pool.workers().getFirst().pid();
      scope.cancel();
      await(waiting);
      assertThat(call.isCancelled()).isTrue();
      assertThat(await(pool.submit(PoolSteps::pid))).isNotEqualTo(pid);
    }
  }

  @TreadleTest(clock = TestClock.REAL, maxTurnMillis = 10_000)
  void shouldKillItsWorkersWhenItIsClosedInACancelledScope() {
    String file = directory.resolve("begun").toString();
    CancelScope scope = new CancelScope();
    Task<Call<Long>> owner =
        spawn(
            "owner",
            () -> {
              Call<Long>[] made = newCalls();
              scope.run(
                  () -> {
                    try (ProcessPool pool = ProcessPool.builder().workers(1).open()) {
                      made[0] = pool.submit(() -> PoolSteps.spin(file));
                      sleep(ofHours(1));
                    }
                  });
              return made[0];
            });
    onThread(() -> awaitFile(file));
    scope.cancel();
    Call<Long> call = await(owner);
    assertThat(scope.cancelledCaught()).isTrue();
    assertThatThrownBy(() -> await(call)).isInstanceOf(CancellationException.class);
  }

  @SuppressWarnings("unchecked")
  private static Call<Long>[] newCalls() {
    return (Call<Long>[]) new Call<?>[1];
  }

  @TreadleTest(clock = TestClock.REAL, maxTurnMillis = 10_000)
  void shouldCancelWhatIsNotDoneAfterTheGrace() {
    String file = directory.resolve("begun").toString();
    ProcessPool pool = ProcessPool.builder().workers(1).open();
    Call<Long> endless = pool.submit(() -> PoolSteps.spin(file));
    onThread(() -> awaitFile(file));
    Call<Integer> behind = pool.submit(() -> 1);
    List<Call<?>> hung = pool.close(Duration.ofMillis(50));
    assertThat(hung).containsExactly(endless, behind);
    assertThat(endless.isCancelled()).isTrue();
    assertThat(behind.isCancelled()).isTrue();
  }

  @TreadleTest(clock = TestClock.REAL, maxTurnMillis = 10_000)
  void shouldWaitForWhatWasSubmittedWhenClosed() {
    Call<Integer> call;
    try (ProcessPool pool = ProcessPool.builder().workers(1).open()) {
      call = pool.submit(() -> 7);
    }
    assertThat(call.isDone()).isTrue();
    assertThat(call.resultNow()).isEqualTo(7);
  }

  @TreadleTest(maxTurnMillis = 10_000)
  void shouldRefuseToBeClosedInACallback(Loop loop) {
    try (ProcessPool pool = ProcessPool.builder().workers(1).open()) {
      var thrown = new dev.treadle.Deferred<Throwable>();
      loop.callSoon(
          () -> {
            try {
              pool.close(Duration.ZERO);
            } catch (IllegalStateException refused) {
              thrown.complete(refused);
            }
          });
      assertThat(await(thrown)).hasMessageContaining("in a callback of a loop");
    }
  }

  @TreadleTest(clock = TestClock.REAL, maxTurnMillis = 10_000)
  void shouldServeTwoLoops() {
    Loop other = onThread(() -> Loop.start("other"));
    try (ProcessPool pool = ProcessPool.builder().workers(1).open()) {
      Task<Long> there = other.submit(() -> await(pool.submit(PoolSteps::pid)));
      assertThat(await(there)).isEqualTo(await(pool.submit(PoolSteps::pid)));
    } finally {
      onThread(() -> other.close(Duration.ofSeconds(60)));
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void shouldWorkOnEachTransport(Transport transport) {
    Assumptions.assumeTrue(transport.isAvailable(), "this machine does not have " + transport);
    Loop.builder()
        .transport(transport)
        .run(
            () -> {
              try (ProcessPool pool = ProcessPool.builder().workers(1).open()) {
                byte[] large = new byte[300_000];
                large[299_999] = 5;
                String text = "x".repeat(1_000_000);
                assertThat(await(pool.submit(() -> large.length + large[299_999])))
                    .isEqualTo(300_005);
                assertThat(await(pool.submit(() -> text + "y"))).hasSize(1_000_001);
                Call<Void> deadly = pool.submit(() -> PoolSteps.halt(3));
                assertThatThrownBy(() -> await(deadly)).isInstanceOf(WorkerCrashedException.class);
                assertThat(await(pool.submit(() -> 1))).isEqualTo(1);
              }
              return null;
            });
  }

  private static void awaitFile(String file) {
    while (!Files.exists(Path.of(file))) {
      Thread.onSpinWait();
    }
  }
}
