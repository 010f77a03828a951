package dev.treadle.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.treadle.offload.WorkerCrashedException.Ending;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers that die, in a pool that each test finds as the last one left it. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PoolCrashTest {
  private static ProcessPool pool;

  @TempDir Path directory;

  @BeforeAll
  static void open() {
    pool =
        ProcessPool.builder()
            .name("crashing")
            .workers(2)
            .maxHeap(64L << 20)
            .output((worker, pid, error, text) -> {})
            .open();
  }

  @AfterAll
  static void close() {
    pool.close();
  }

  @Test
  void shouldFailOnlyTheCallWhoseWorkerHalts() throws Exception {
    Call<Void> call = pool.submit(() -> PoolSteps.halt(3), CallOptions.DEFAULT.named("halting"));
    WorkerCrashedException crash = crash(call);
    assertThat(crash.call()).isEqualTo("halting");
    assertThat(crash.ending()).isEqualTo(Ending.EXIT);
    assertThat(crash.exitCode()).hasValue(3);
    assertThat(crash.signal()).isNull();
    assertThat(crash.pid()).isPositive();
    assertThat(crash).hasMessageContaining("call=halting").hasMessageContaining("exitCode=3");
    assertThat(pool.submit(() -> 1).get()).isEqualTo(1);
  }

  @Test
  void shouldFailOnlyTheCallWhoseWorkerExits() throws Exception {
    assertThat(crash(pool.submit(() -> PoolSteps.exit(4))).exitCode()).hasValue(4);
    assertThat(pool.submit(() -> 1).get()).isEqualTo(1);
  }

  @Test
  void shouldNameTheSignalThatEndedAWorker() {
    String file = directory.resolve("begun").toString();
    Call<Void> call = pool.submit(() -> PoolSteps.hang(file));
    while (!Files.exists(Path.of(file))) {
      Thread.onSpinWait();
    }
    WorkerInfo busy =
        pool.workers().stream().filter(worker -> worker.inFlight() > 0).findFirst().orElseThrow();
    ProcessHandle.of(busy.pid()).orElseThrow().destroyForcibly();
    WorkerCrashedException crash = crash(call);
    assertThat(crash.ending()).isEqualTo(Ending.SIGNAL);
    assertThat(crash.signal()).isEqualTo("SIGKILL");
    assertThat(crash.exitCode()).isEmpty();
    assertThat(crash.pid()).isEqualTo(busy.pid());
    assertThat(pool.submit(() -> 1).join()).isEqualTo(1);
  }

  @Test
  void shouldShowTheLastLinesOfAWorker() {
    WorkerCrashedException crash = crash(pool.submit(() -> PoolSteps.dieSaying("about to die", 9)));
    assertThat(crash.lastLines()).contains("about to die");
    assertThat(crash).hasMessageContaining("about to die");
  }

  @Test
  void shouldReplaceAWorkerWhoseHeapIsFull() throws Exception {
    Call<Integer> call = pool.submit(PoolSteps::exhaust);
    WorkerCrashedException crash = crash(call);
    assertThat(crash.ending()).isEqualTo(Ending.OUT_OF_MEMORY);
    assertThat(crash).cause().hasMessageContaining("OutOfMemoryError");
    assertThat(pool.submit(PoolSteps::pid).get()).isNotEqualTo(crash.pid());
  }

  @Test
  void shouldNotMissAnIdleWorkerThatIsKilled() {
    long pid = pool.submit(PoolSteps::pid).join();
    ProcessHandle worker = ProcessHandle.of(pid).orElseThrow();
    worker.destroyForcibly();
    worker.onExit().join();
    for (int i = 0; i < 10; i++) {
      assertThat(pool.submit(PoolSteps::pid).join()).isNotEqualTo(pid);
    }
  }

  @Test
  void shouldTryAnIdempotentCallAgain() throws Exception {
    String file = directory.resolve("once").toString();
    Call<String> call =
        pool.submit(() -> PoolSteps.dieOnce(file), CallOptions.DEFAULT.idempotent(1));
    assertThat(call.get()).isEqualTo("survived");
  }

  @Test
  void shouldNotTryAgainWhatIsNotIdempotent() {
    String file = directory.resolve("once").toString();
    assertThat(crash(pool.submit(() -> PoolSteps.dieOnce(file))).exitCode()).hasValue(7);
  }

  @Test
  void shouldTellTheEarlierCrashesOfACallThatWasTriedAgain() {
    Call<Void> call = pool.submit(() -> PoolSteps.halt(5), CallOptions.DEFAULT.idempotent(1));
    WorkerCrashedException crash = crash(call);
    assertThat(crash.getSuppressed()).singleElement().isInstanceOf(WorkerCrashedException.class);
  }

  @Test
  void shouldRefuseAStepThatCrashesWorkerAfterWorkerUntilForgiven() {
    Job<Integer> poison =
        () -> {
          PoolSteps.halt(6);
          return 0;
        };
    // Its retries end, too: three workers and no more.
    WorkerCrashedException third = crash(pool.submit(poison, CallOptions.DEFAULT.idempotent(10)));
    assertThat(third.getSuppressed()).hasSize(2);
    assertThatThrownBy(() -> pool.submit(poison).get())
        .cause()
        .isInstanceOf(QuarantinedException.class)
        .hasCauseInstanceOf(WorkerCrashedException.class);
    assertThat(pool.submit(() -> 2).join()).isEqualTo(2);
    pool.forgive();
    assertThat(crash(pool.submit(poison)).exitCode()).hasValue(6);
  }

  /** What a dead worker had been sent ahead is done by others. */
  @Test
  void shouldDoElsewhereWhatADeadWorkerHadNotBegun() {
    for (int i = 0; i < 2_000; i++) {
      pool.submit(() -> 1);
    }
    List<Call<Integer>> calls = new ArrayList<>();
    List<Call<Void>> deadly = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      int number = i;
      calls.add(pool.submit(() -> number));
      if (i % 100 == 50) {
        deadly.add(pool.submit(() -> PoolSteps.halt(number / 100 + 1)));
      }
    }
    for (int i = 0; i < 300; i++) {
      assertThat(calls.get(i).join()).isEqualTo(i);
    }
    deadly.forEach(call -> assertThat(crash(call).exitCode()).isPresent());
  }

  private static WorkerCrashedException crash(Call<?> call) {
    ExecutionException failure = catchThrowableOfType(ExecutionException.class, call::get);
    assertThat(failure).as("failure of %s", call).isNotNull();
    assertThat(failure.getCause()).isInstanceOf(WorkerCrashedException.class);
    return (WorkerCrashedException) failure.getCause();
  }
}
