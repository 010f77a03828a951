package dev.treadle.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.offload.process.WorkerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pools in the workers of pools. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PoolNestingTest {
  private static final int CORES = Runtime.getRuntime().availableProcessors();

  @TempDir Path directory;

  @Test
  void shouldRefuseAPoolInAWorkerUnlessAllowed() {
    try (ProcessPool pool = ProcessPool.builder().workers(1).open()) {
      assertThatThrownBy(() -> pool.submit(PoolNestingTest::inner).get())
          .cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("open() of a pool in a worker: pool=inner pid=")
          .hasMessageContaining("allow it by nesting(1) where the worker, or its pool, is built");
    }
  }

  @Test
  void shouldRefuseAPoolInAWorkerProcessUnlessAllowed() {
    try (WorkerProcess refused =
            WorkerProcess.builder()
                .errorOutput(line -> {})
                .start("refused", PoolNestingTest::open);
        WorkerProcess allowed =
            WorkerProcess.builder()
                .nesting(1)
                .flags(
                    "--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED",
                    "--add-opens=java.base/java.lang=ALL-UNNAMED")
                .start("allowed", PoolNestingTest::open)) {
      assertThat(refused.join()).isEqualTo(1);
      assertThat(refused.failure()).hasMessageContaining("open() of a pool in a worker");
      assertThat(allowed.join()).isZero();
    }
  }

  @Test
  void shouldDoItsStepsInProcessesBelowWhenAllowed() {
    ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
    try (ProcessPool pool =
        ProcessPool.builder()
            .workers(1)
            .nesting(1)
            .output((worker, pid, error, text) -> lines.add(text))
            .open()) {
      long outer = pool.submit(PoolSteps::pid).join();
      long inner = pool.submit(PoolNestingTest::inner).join();
      assertThat(inner).isNotEqualTo(outer).isNotEqualTo(PoolSteps.pid());
      assertThat(lines).containsExactly("[worker 1 " + inner + "] hello");
    }
  }

  @Test
  void shouldPassOnLessThanItHas() {
    try (ProcessPool pool = ProcessPool.builder().workers(1).nesting(1).open()) {
      assertThatThrownBy(() -> pool.submit(PoolNestingTest::innermost).get())
          .hasRootCauseInstanceOf(IllegalStateException.class)
          .rootCause()
          .hasMessageContaining("open() of a pool in a worker: pool=inner");
    }
  }

  @Test
  void shouldHaveItsWorkersShareOfTheCores() {
    try (ProcessPool pool = ProcessPool.builder().workers(1).nesting(1).open()) {
      assertThat(pool.submit(PoolNestingTest::parallelism).join()).isEqualTo(CORES);
    }
    try (ProcessPool pool = ProcessPool.builder().workers(2 * CORES).nesting(1).open()) {
      assertThat(pool.submit(PoolNestingTest::parallelism).join()).isEqualTo(1);
    }
  }

  @Test
  void shouldEndWhatIsBelowAWorkerThatIsKilled() throws Exception {
    String file = directory.resolve("pid").toString();
    try (ProcessPool pool = ProcessPool.builder().workers(1).nesting(1).open()) {
      Call<Long> call = pool.submit(() -> hang(file));
      ProcessHandle below = ProcessHandle.of(pidIn(Path.of(file))).orElseThrow();
      assertThat(below.isAlive()).isTrue();
      call.cancel(true);
      below.onExit().join();
    }
  }

  @Test
  void shouldRefuseANegativeNumberOfLevels() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProcessPool.builder().nesting(-1))
        .withMessage("nesting: levels=-1; give 0 or more");
  }

  /** Written whole by a rename, so what is there can be read. */
  private static long pidIn(Path file) throws Exception {
    while (!Files.exists(file)) {
      LockSupport.parkNanos(1_000_000);
    }
    return Long.parseLong(Files.readString(file));
  }

  private static void open() {
    ProcessPool.open().close();
  }

  private static int parallelism() {
    return ProcessPool.builder().workers;
  }

  private static long inner() {
    try (ProcessPool pool = ProcessPool.builder().name("inner").workers(1).nesting(9).open()) {
      return pool.submit(PoolNestingTest::hello).join();
    }
  }

  private static long hello() {
    System.out.println("hello");
    return PoolSteps.pid();
  }

  private static long innermost() {
    try (ProcessPool pool = ProcessPool.builder().workers(1).nesting(9).open()) {
      return pool.submit(PoolNestingTest::inner).join();
    }
  }

  private static long hang(String file) {
    try (ProcessPool pool = ProcessPool.builder().workers(1).open()) {
      return pool.submit(() -> writePidAndHang(file)).join();
    }
  }

  /** Also for a program that is to be killed. */
  static long writePidAndHang(String file) throws Exception {
    Path written = Path.of(file + ".tmp");
    Files.writeString(written, String.valueOf(PoolSteps.pid()));
    Files.move(written, Path.of(file));
    return ChaosSteps.spin();
  }
}
