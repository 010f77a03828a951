package dev.treadle.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One pool for all: what one test leaves behind, such as a killed worker, is another's start. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProcessPoolTest {
  private static ProcessPool pool;

  @TempDir Path directory;

  @BeforeAll
  static void open() {
    pool = ProcessPool.builder().name("shared").workers(2).open();
  }

  @AfterAll
  static void close() {
    pool.close();
  }

  @Test
  void shouldDoAStepInAnotherProcess() throws Exception {
    int base = 40;
    assertThat(pool.submit(() -> base + 2).get()).isEqualTo(42);
    assertThat(pool.submit(PoolSteps::pid).get()).isNotEqualTo(ProcessHandle.current().pid());
    assertThat(pool.parallelism()).isEqualTo(2);
  }

  @Test
  void shouldDoAStepWithoutAValue() throws Exception {
    String file = directory.resolve("made").toString();
    Call<Void> call = pool.submit(() -> PoolSteps.mark(file));
    assertThat(call.get()).isNull();
    assertThat(Path.of(file)).exists();
  }

  @Test
  void shouldAnswerManyCallsEachToItsOwn() {
    List<Call<Long>> calls = new ArrayList<>();
    for (long i = 0; i < 20_000; i++) {
      long number = i;
      calls.add(pool.submit(() -> number * 3));
    }
    assertThat(calls.stream().mapToLong(Call::join).toArray())
        .isEqualTo(LongStream.range(0, 20_000).map(n -> n * 3).toArray());
  }

  @Test
  void shouldNotStartMoreWorkersThanItMay() {
    List<Call<Long>> calls = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      calls.add(pool.submit(PoolSteps::pid));
    }
    calls.forEach(Call::join);
    assertThat(pool.workers()).hasSizeBetween(1, 2);
  }

  @Test
  void shouldCarryAFailureWithTheWorkersStack() {
    Call<String> call = pool.submit(PoolSteps::failing);
    ExecutionException failure = catchThrowableOfType(ExecutionException.class, call::get);
    assertThat(failure.getCause())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("failed on purpose");
    assertThat(failure.getCause().getStackTrace())
        .anyMatch(
            frame ->
                frame.getMethodName().equals("failing")
                    && frame.getClassName().equals(PoolSteps.class.getName()));
  }

  @Test
  void shouldRefuseAtSubmitWhatCannotBeSent() {
    Thread captured = new Thread();
    assertThatThrownBy(() -> pool.submit(() -> captured.getName()))
        .isInstanceOf(NotSendableException.class)
        .hasMessageContaining("java.lang.Thread");
  }

  @Test
  void shouldLoseNoWorkerToResultsThatCannotBeSent() {
    pool.submit(PoolSteps::pid).join();
    List<Long> before = pids();
    for (int i = 0; i < 20; i++) {
      Call<Object> call = pool.submit(PoolSteps::notSerializable);
      assertThatThrownBy(call::get)
          .cause()
          .isInstanceOf(NotSendableException.class)
          .hasMessageContaining("java.lang.Thread");
    }
    assertThat(pids()).containsAll(before);
  }

  @Test
  void shouldTakeAStackOverflowForAFailureOfTheCall() {
    long before = pool.submit(PoolSteps::pid).join();
    Call<Integer> call = pool.submit(() -> PoolSteps.deep(0));
    assertThatThrownBy(call::get).cause().isInstanceOf(StackOverflowError.class);
    assertThat(pids()).contains(before);
  }

  @Test
  void shouldKillTheWorkerOfACancelledCallAndNoOther() throws Exception {
    String file = directory.resolve("begun").toString();
    String go = directory.resolve("go").toString();
    Call<Long> hanging = pool.submit(() -> PoolSteps.spin(file));
    awaitFile(file);
    Call<Long> other = pool.submit(() -> PoolSteps.until(go));
    assertThat(hanging.cancel(true)).isTrue();
    assertThatThrownBy(hanging::get).isInstanceOf(CancellationException.class);
    PoolSteps.mark(go);
    assertThat(other.get()).isPositive();
    assertThat(pool.submit(() -> 5).get()).isEqualTo(5);
  }

  @Test
  void shouldNotBeginACallThatIsCancelledWhileItWaits() throws Exception {
    String first = directory.resolve("first").toString();
    String go = directory.resolve("go").toString();
    String never = directory.resolve("never").toString();
    List<Call<Long>> busy =
        List.of(pool.submit(() -> PoolSteps.until(go)), pool.submit(() -> PoolSteps.until(go)));
    List<Call<Void>> waiting = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      waiting.add(pool.submit(() -> PoolSteps.mark(never)));
    }
    Call<Void> last = pool.submit(() -> PoolSteps.mark(first));
    waiting.forEach(call -> assertThat(call.cancel(true)).isTrue());
    PoolSteps.mark(go);
    for (Call<Long> call : busy) {
      call.get();
    }
    last.get();
    assertThat(Path.of(never)).doesNotExist();
    assertThat(Path.of(first)).exists();
  }

  @Test
  void shouldEndACallThatTakesTooLong() {
    String file = directory.resolve("begun").toString();
    Call<Long> call =
        pool.submit(
            () -> PoolSteps.spin(file),
            CallOptions.DEFAULT.named("endless").timeout(Duration.ofMillis(300)));
    assertThatThrownBy(call::get)
        .cause()
        .isInstanceOf(CallTimeoutException.class)
        .hasMessageContaining("endless")
        .hasMessageContaining("PT0.3S");
    assertThat(pool.submit(() -> 6).join()).isEqualTo(6);
  }

  @Test
  void shouldNotCountTheTimeACallWaits() {
    String go = directory.resolve("go").toString();
    Call<Long> slow = pool.submit(() -> PoolSteps.until(go));
    List<Call<Integer>> quick = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      int number = i;
      quick.add(pool.submit(() -> number, CallOptions.DEFAULT.timeout(Duration.ofSeconds(30))));
    }
    quick.forEach(call -> assertThat(call.join()).isNotNegative());
    PoolSteps.mark(go);
    assertThat(slow.join()).isPositive();
  }

  /** What was sent ahead of a call that takes long is done by whoever is idle. */
  @Test
  void shouldNotLetShortCallsWaitForALongOne() {
    for (int i = 0; i < 2_000; i++) {
      pool.submit(() -> 1);
    }
    pool.submit(() -> 1).join();
    String go = directory.resolve("go").toString();
    List<Call<Integer>> quick = new ArrayList<>();
    Call<Long> slow = null;
    for (int i = 0; i < 200; i++) {
      quick.add(pool.submit(() -> 1));
      if (i == 50) {
        slow = pool.submit(() -> PoolSteps.until(go));
      }
    }
    quick.forEach(Call::join);
    assertThat(slow).isNotNull();
    assertThat(slow.isDone()).isFalse();
    PoolSteps.mark(go);
    assertThat(slow.join()).isPositive();
  }

  @Test
  void shouldSubmitFromManyThreads() throws Exception {
    CountDownLatch done = new CountDownLatch(4);
    List<Long> sums = java.util.Collections.synchronizedList(new ArrayList<>());
    for (int t = 0; t < 4; t++) {
      Thread.ofPlatform()
          .start(
              () -> {
                long sum = 0;
                for (int i = 0; i < 500; i++) {
                  int number = i;
                  sum += pool.submit(() -> (long) number).join();
                }
                sums.add(sum);
                done.countDown();
              });
    }
    assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(sums).containsOnly(124_750L).hasSize(4);
  }

  @Test
  void shouldMapInOrder() {
    try (Results<Integer> doubled = pool.map((Integer n) -> 2 * n, List.of(1, 2, 3, 4, 5))) {
      assertThat(doubled).containsExactly(2, 4, 6, 8, 10);
    }
  }

  @Test
  void shouldTellHowFarACallIs() {
    String go = directory.resolve("go").toString();
    Call<Long> call =
        pool.submit(
            () -> {
              Progress.report(3, 10, "three");
              return PoolSteps.until(go);
            });
    Progress seen = call.progress();
    while (seen == null) {
      Thread.onSpinWait();
      seen = call.progress();
    }
    assertThat(seen).isEqualTo(new Progress(3, 10, "three"));
    PoolSteps.mark(go);
    call.join();
    assertThat(call.progress()).isEqualTo(new Progress(3, 10, "three"));
  }

  @Test
  void shouldNameACallAfterItsStepUnlessItHasAName() {
    assertThat(pool.submit(PoolSteps::pid).name()).contains("PoolSteps").contains("pid");
    assertThat(pool.submit(PoolSteps::pid, CallOptions.DEFAULT.named("mine")).name())
        .isEqualTo("mine");
  }

  private static List<Long> pids() {
    return pool.workers().stream().map(WorkerInfo::pid).toList();
  }

  private static void awaitFile(String file) {
    while (!Files.exists(Path.of(file))) {
      Thread.onSpinWait();
    }
  }
}
