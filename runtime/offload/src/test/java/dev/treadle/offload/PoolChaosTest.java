package dev.treadle.offload;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workers are killed at random, calls are cancelled by the hundred, answers break off: each call
 * ends once, and nothing is left. {@code -Dtreadle.chaos=50} has fifty times as many calls.
 */
@Timeout(value = 20, unit = java.util.concurrent.TimeUnit.MINUTES)
@EnabledOnOs(value = OS.LINUX, disabledReason = "looks for what is left in /proc and /dev/shm")
class PoolChaosTest {
  private static final int TIMES = Integer.getInteger("treadle.chaos", 1);
  private static final int CALLS = 2_000 * TIMES;
  private static final int KILLS = 20 * TIMES;

  @TempDir Path directory;
  private Leftovers before = Leftovers.now();

  /** Loads what stays loaded, and open. */
  @BeforeAll
  static void warmUp() {
    try (ProcessPool pool = open(1)) {
      assertThat(pool.submit(() -> ChaosSteps.print(1)).join()).isEqualTo(1_000);
      assertThat(pool.submit(() -> new byte[1 << 20]).join()).hasSize(1 << 20);
    }
  }

  @BeforeEach
  void look() {
    before = Leftovers.now();
  }

  @AfterEach
  void shouldHaveLeftNothing() {
    before.assertNothingMore();
  }

  @Test
  void shouldEndEachCallOnceWhileWorkersAreKilledAtRandom() throws Exception {
    Path file = directory.resolve("counts");
    Files.write(file, new byte[4 * CALLS]);
    String path = file.toString();
    Random random = new Random(20261121);
    AtomicInteger ended = new AtomicInteger();
    List<Call<byte[]>> calls = new ArrayList<>();
    int killed = 0;
    try (ProcessPool pool = open(2)) {
      Semaphore ahead = new Semaphore(100);
      for (int n = 0; n < CALLS; n++) {
        ahead.acquire();
        int number = n;
        int size = size(random);
        long micros = random.nextInt(4) == 0 ? random.nextInt(3_000) : 0;
        Call<byte[]> call = pool.submit(() -> ChaosSteps.bytes(path, number, size, micros));
        call.whenComplete(
            (value, failure) -> {
              ended.incrementAndGet();
              ahead.release();
            });
        calls.add(call);
        if (random.nextInt(CALLS / KILLS) == 0 && kill(pool, random)) {
          killed++;
        }
      }
      calls.forEach(PoolChaosTest::await);
    }
    MemorySegment counts = ChaosSteps.counts(path);
    int crashed = 0;
    for (int n = 0; n < CALLS; n++) {
      Call<byte[]> call = calls.get(n);
      if (call.isCompletedExceptionally()) {
        crashed++;
        assertThat(call.exceptionNow()).isInstanceOf(WorkerCrashedException.class);
        assertThat(((WorkerCrashedException) call.exceptionNow()).signal()).isEqualTo("SIGKILL");
        assertThat(ChaosSteps.begun(counts, n)).as("call %s that crashed", n).isLessThan(2);
      } else {
        byte[] result = call.join();
        assertThat(result[0]).as("call %s", n).isEqualTo((byte) n);
        assertThat(result[result.length - 1]).as("call %s", n).isEqualTo((byte) (n >> 8));
        assertThat(ChaosSteps.begun(counts, n)).as("call %s", n).isEqualTo(1);
      }
    }
    assertThat(ended).hasValue(CALLS);
    assertThat(killed).as("workers killed").isPositive();
    assertThat(crashed).as("calls that crashed").isLessThanOrEqualTo(killed);
  }

  /** From what fits a frame of one page to what goes through shared memory. */
  private static int size(Random random) {
    return switch (random.nextInt(20)) {
      case 0 -> 1 << 20;
      case 1, 2 -> 200_000;
      default -> 2 + random.nextInt(100);
    };
  }

  private static boolean kill(ProcessPool pool, Random random) {
    List<WorkerInfo> ready = pool.workers().stream().filter(WorkerInfo::ready).toList();
    if (ready.isEmpty()) {
      return false;
    }
    return ProcessHandle.of(ready.get(random.nextInt(ready.size())).pid())
        .map(ProcessHandle::destroyForcibly)
        .orElse(false);
  }

  @Test
  void shouldFailTheCallWhoseAnswerBreaksOff() throws Exception {
    try (ProcessPool pool = ProcessPool.builder().workers(2).sharedFrom(Integer.MAX_VALUE).open()) {
      List<Call<Integer>> others = new ArrayList<>();
      List<Call<byte[]>> broken = new ArrayList<>();
      for (int n = 0; n < 3; n++) {
        broken.add(pool.submit(() -> ChaosSteps.dieWhileAnswering(32 << 20)));
        int number = n;
        others.add(pool.submit(() -> number));
      }
      for (Call<byte[]> call : broken) {
        await(call);
        assertThat(call.exceptionNow())
            .isInstanceOfSatisfying(
                WorkerCrashedException.class, crash -> assertThat(crash.exitCode()).hasValue(9));
      }
      assertThat(others.stream().map(Call::join)).containsExactly(0, 1, 2);
    }
  }

  @Test
  void shouldSurviveAStormOfCancellations() {
    int calls = 1_000 * TIMES;
    Random random = new Random(7);
    List<Call<Integer>> all = new ArrayList<>();
    List<Call<Integer>> cancelled = new ArrayList<>();
    try (ProcessPool pool = open(2)) {
      for (int n = 0; n < calls; n++) {
        int number = n;
        long pause = random.nextInt(100) == 0 ? 50_000_000 : 0;
        all.add(
            pool.submit(
                () -> {
                  java.util.concurrent.locks.LockSupport.parkNanos(pause);
                  return number;
                }));
        if (random.nextInt(3) == 0) {
          Call<Integer> victim = all.get(random.nextInt(all.size()));
          if (victim.cancel(true)) {
            cancelled.add(victim);
          }
        }
      }
      all.forEach(PoolChaosTest::await);
      assertThat(pool.submit(() -> 1).join()).isEqualTo(1);
    }
    assertThat(cancelled).isNotEmpty();
    for (int n = 0; n < calls; n++) {
      Call<Integer> call = all.get(n);
      assertThat(call.isCancelled()).as("call %s", n).isEqualTo(cancelled.contains(call));
      if (!call.isCancelled()) {
        assertThat(call.join()).isEqualTo(n);
      }
    }
  }

  @Test
  void shouldNotSufferFromAWorkerThatPrintsAGigabyte() throws Exception {
    AtomicLong characters = new AtomicLong();
    long bytes = Math.min(1_000_000_000L, 200_000_000L * TIMES);
    try (ProcessPool pool =
        ProcessPool.builder()
            .workers(2)
            .output((worker, pid, error, text) -> characters.addAndGet(text.length() + 1))
            .open()) {
      Call<Long> loud = pool.submit(() -> ChaosSteps.print(bytes));
      assertThat(pool.submit(() -> "heard").get()).isEqualTo("heard");
      assertThat(loud.get()).isEqualTo(bytes);
    }
    assertThat(characters).hasValue(bytes);
  }

  private static void await(Call<?> call) {
    try {
      call.get();
    } catch (ExecutionException | CancellationException | InterruptedException looked) {
      // The outcome is looked at later.
    }
  }

  private static ProcessPool open(int workers) {
    return ProcessPool.builder().workers(workers).output((worker, pid, error, text) -> {}).open();
  }
}
