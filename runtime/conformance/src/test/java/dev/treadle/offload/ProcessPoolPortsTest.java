package dev.treadle.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.conformance.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Of a pool that each test finds as the last one left it: what dies does not spoil it. */
@Timeout(300)
class ProcessPoolPortsTest {
  private static final String CPYTHON = "test_concurrent_futures.";
  private static final String POOL = CPYTHON + "test_process_pool.ProcessPoolExecutorTest.";
  private static final String DEADLOCK = CPYTHON + "test_deadlock.ExecutorDeadlockTest.";
  private static final String POOLS = "test_multiprocessing._TestPool.";

  private static ProcessPool pool;

  @BeforeAll
  static void open() {
    pool = ProcessPool.builder().workers(2).output((worker, pid, error, text) -> {}).open();
  }

  @AfterAll
  static void close() {
    pool.close();
  }

  private static Throwable causeOf(Call<?> call) {
    ExecutionException failure =
        org.assertj.core.api.Assertions.catchThrowableOfType(ExecutionException.class, call::get);
    return Objects.requireNonNull(failure.getCause());
  }

  private static WorkerCrashedException crashOf(Call<?> call) {
    Throwable cause = causeOf(call);
    assertThat(cause).isInstanceOf(WorkerCrashedException.class);
    return (WorkerCrashedException) cause;
  }

  private static void assertWorks() {
    assertThat(pool.submit(() -> 2 + 2).join()).isEqualTo(4);
  }

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  @Ports(
      value = POOL + "test_killed_child",
      differs =
          "CPython's pool is broken for ever after a worker was killed; ours fails that call and"
              + " goes on")
  @Ports(POOL + "test_traceback_when_child_process_terminates_abruptly")
  @Test
  void shouldFailOnlyTheCallOfAWorkerThatIsKilled() {
    Call<?> call = pool.submit(() -> PortedSteps.waitForEver());
    Call<Integer> other = pool.submit(() -> 7);
    assertThat(other.join()).isEqualTo(7);
    long pid = 0;
    while (pid == 0) {
      pid =
          pool.workers().stream()
              .filter(worker -> worker.ready() && worker.inFlight() > 0)
              .mapToLong(WorkerInfo::pid)
              .findFirst()
              .orElse(0);
    }
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    assertThat(crashOf(call).signal()).isEqualTo("SIGKILL");
    assertThat(crashOf(pool.submit(() -> PortedSteps.halt(3))).exitCode()).hasValue(3);
    assertWorks();
  }

  @Ports(
      value = POOL + "test_map_chunksize",
      differs = "0 is no error: it asks for chunks by measurement")
  @Test
  void shouldMapWithChunksOfAnySize() {
    List<Integer> squares = numbers(40).stream().map(n -> n * n).toList();
    for (int size : new int[] {0, 6, 50, 40}) {
      MapOptions options = MapOptions.DEFAULT.chunk(size);
      assertThat(pool.<Integer, Integer>map(n -> n * n, numbers(40), options))
          .containsExactlyElementsOf(squares);
    }
    assertThatIllegalArgumentException().isThrownBy(() -> MapOptions.DEFAULT.chunk(-1));
  }

  @Ports(POOL + "test_traceback")
  @Test
  void shouldCarryTheStackOfTheWorker() {
    Throwable cause = causeOf(pool.submit(() -> PortedSteps.fail()));
    assertThat(cause).isInstanceOf(IllegalStateException.class).hasMessage("123");
    assertThat(cause.getStackTrace()).anyMatch(frame -> frame.getMethodName().equals("fail"));
  }

  @Ports(POOL + "test_idle_process_reuse_one")
  @Test
  void shouldUseTheIdleWorkerAgain() {
    try (ProcessPool four = ProcessPool.builder().workers(4).open()) {
      long pid = four.submit(() -> PortedSteps.pid()).join();
      assertThat(four.submit(() -> PortedSteps.pid()).join()).isEqualTo(pid);
      assertThat(four.submit(() -> PortedSteps.pid()).join()).isEqualTo(pid);
      assertThat(four.workers()).hasSize(1);
    }
  }

  @Ports(POOL + "test_max_tasks_per_child")
  @Test
  void shouldReplaceAWorkerAfterSoManyCalls() {
    try (ProcessPool one = ProcessPool.builder().workers(1).recycleAfter(3).open()) {
      List<Long> pids =
          Stream.generate(() -> one.submit(() -> PortedSteps.pid()).join()).limit(4).toList();
      assertThat(pids.subList(0, 3)).containsOnly(pids.getFirst());
      assertThat(pids.get(3)).isNotEqualTo(pids.getFirst());
    }
  }

  @Ports(POOL + "test_max_tasks_early_shutdown")
  @Ports("test_multiprocessing._TestPoolWorkerLifetime.test_pool_worker_lifetime_early_close")
  @Test
  void shouldDoTheBacklogThoughClosedWhileWorkersAreReplaced() {
    List<Call<Integer>> calls = new ArrayList<>();
    try (ProcessPool replacing = ProcessPool.builder().workers(2).recycleAfter(3).open()) {
      for (int n = 0; n < 12; n++) {
        int number = n;
        calls.add(replacing.submit(() -> number * number));
      }
    }
    for (int n = 0; n < 12; n++) {
      assertThat(calls.get(n).resultNow()).isEqualTo(n * n);
    }
  }

  @Ports(
      value = DEADLOCK + "test_error_at_task_pickle",
      differs = "the failure comes at submit, to the caller, and not by the future")
  @Test
  void shouldRefuseAtSubmitWhatFailsToBeWritten() {
    PortedSteps.FailsWhenWritten captured = new PortedSteps.FailsWhenWritten();
    assertThatExceptionOfType(NotSendableException.class)
        .isThrownBy(() -> pool.submit(() -> captured.hashCode()))
        .withMessageContaining("fails when written");
    assertWorks();
  }

  @Ports(DEADLOCK + "test_crash_during_func_exec_on_worker")
  @Test
  void shouldSurviveAStepThatEndsItsWorker() {
    assertThat(crashOf(pool.submit(() -> System.exit(4))).exitCode()).hasValue(4);
    assertWorks();
  }

  @Ports(DEADLOCK + "test_crash_during_result_pickle_on_worker")
  @Test
  void shouldSurviveAResultThatEndsItsWorker() {
    Call<?> call = pool.submit(() -> new PortedSteps.HaltsWhenWritten());
    assertThat(crashOf(call).exitCode()).hasValue(5);
    assertWorks();
  }

  @Ports(DEADLOCK + "test_error_during_result_unpickle_in_result_handler")
  @Test
  void shouldFailOnlyTheCallWhoseResultCannotBeRead() {
    Call<?> call = pool.submit(() -> new PortedSteps.FailsWhenRead());
    assertThatThrownBy(call::get).hasStackTraceContaining("fails when read");
    assertWorks();
  }

  @Ports(DEADLOCK + "test_shutdown_deadlock")
  @Test
  void shouldCloseAfterACallThatCrashes() {
    Call<?> crashing;
    Call<Integer> after;
    try (ProcessPool closing = ProcessPool.builder().workers(2).open()) {
      assertThat(closing.submit(() -> 1).join()).isEqualTo(1);
      crashing = closing.submit(() -> PortedSteps.halt(6));
      after = closing.submit(() -> 8);
    }
    assertThat(crashOf(crashing).exitCode()).hasValue(6);
    assertThat(after.resultNow()).isEqualTo(8);
  }

  @Ports(DEADLOCK + "test_crash_big_data")
  @Test
  void shouldSurviveAWorkerThatDiesAmongLargeAnswers() {
    List<Call<byte[]>> calls = new ArrayList<>();
    Call<?> crashing = null;
    for (int n = 0; n < 20; n++) {
      calls.add(pool.submit(() -> new byte[1 << 20]));
      if (n == 10) {
        crashing = pool.submit(() -> PortedSteps.halt(7));
      }
    }
    for (Call<byte[]> call : calls) {
      assertThat(call.join()).hasSize(1 << 20);
    }
    assertThat(crashOf(Objects.requireNonNull(crashing)).exitCode()).hasValue(7);
  }

  @Ports(DEADLOCK + "test_gh105829_should_not_deadlock_if_wakeup_pipe_full")
  @Test
  void shouldTakeAnyNumberOfCallsBeforeOneIsDone() throws Exception {
    List<Call<Integer>> calls = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(20_000);
    for (int n = 0; n < 20_000; n++) {
      int number = n;
      Call<Integer> call = pool.submit(() -> number);
      call.whenComplete((value, failure) -> done.countDown());
      calls.add(call);
    }
    done.await();
    for (int n = 0; n < 20_000; n++) {
      assertThat(calls.get(n).resultNow()).isEqualTo(n);
    }
  }

  @Ports(
      value = CPYTHON + "test_init.FailingInitializerMixin.test_initializer",
      differs = "the calls fail with the initializer's own failure; it is tried three times")
  @Test
  void shouldFailCallsWithWhatTheInitializerFailedWith() {
    try (ProcessPool failing =
        ProcessPool.builder()
            .workers(1)
            .initializer(() -> PortedSteps.fail())
            .output((worker, pid, error, text) -> {})
            .open()) {
      Call<Integer> call = failing.submit(() -> 1);
      assertThat(causeOf(call)).isInstanceOf(WorkerStartException.class);
      assertThat(causeOf(call)).rootCause().hasMessage("123");
    }
  }

  @Ports(CPYTHON + "test_shutdown.ExecutorShutdownTest.test_cancel_futures")
  @Ports(POOL + "test_force_shutdown_workers")
  @Ports(POOLS + "test_terminate")
  @Test
  void shouldCancelWhatWaitsAndKillWhatRunsWhenClosedWithoutGrace() {
    ProcessPool closing = ProcessPool.builder().workers(2).open();
    assertThat(closing.submit(() -> 1).join()).isEqualTo(1);
    List<Call<?>> calls = new ArrayList<>();
    for (int n = 0; n < 10_000; n++) {
      calls.add(closing.submit(() -> PortedSteps.waitForEver()));
    }
    List<Call<?>> cancelled = closing.close(Duration.ZERO);
    assertThat(cancelled).containsExactlyElementsOf(calls);
    assertThat(calls).allMatch(Call::isCancelled);
    assertThat(closing.workers()).isEmpty();
  }

  @Ports(POOLS + "test_imap")
  @Test
  void shouldGiveResultsOneByOne() {
    try (Results<Integer> results = pool.<Integer, Integer>map(n -> n * n, numbers(10))) {
      var iterator = results.iterator();
      for (int n = 0; n < 10; n++) {
        assertThat(iterator.next()).isEqualTo(n * n);
      }
      assertThat(iterator.hasNext()).isFalse();
    }
  }

  @Ports(POOLS + "test_imap_unordered_handle_iterable_exception")
  @Test
  void shouldGiveWhatCameBeforeTheInputFailed() {
    Iterable<Integer> input =
        () ->
            IntStream.range(0, 20)
                .mapToObj(
                    n -> {
                      if (n == 15) {
                        throw new IllegalStateException("no more");
                      }
                      return n;
                    })
                .iterator();
    List<Integer> got = new ArrayList<>();
    try (Results<Integer> results =
        pool.<Integer, Integer>map(n -> n * n, input, MapOptions.DEFAULT.unordered().chunk(1))) {
      assertThatThrownBy(() -> results.forEach(got::add)).hasStackTraceContaining("no more");
    }
    assertThat(got)
        .containsExactlyInAnyOrderElementsOf(numbers(15).stream().map(n -> n * n).toList());
    assertWorks();
  }

  @Ports(
      value = POOLS + "test_map_no_failfast",
      differs = "map ends at the first failure; mapResults is the one that does all")
  @Test
  void shouldDoTheOthersWhenOneFails() {
    List<Boolean> values = new ArrayList<>();
    try (var results = pool.<Integer, Integer>mapResults(n -> 10 / (n - 5), numbers(10))) {
      results.forEach(result -> values.add(result.isSuccess()));
    }
    assertThat(values).containsExactly(true, true, true, true, true, false, true, true, true, true);
  }

  @Ports(POOLS + "test_empty_iterable")
  @Test
  void shouldMapNothingToNothing() {
    assertThat(pool.<Integer, Integer>map(n -> n, List.of())).isEmpty();
    assertThat(pool.<Integer, Integer>map(n -> n, List.of(), MapOptions.DEFAULT.unordered()))
        .isEmpty();
  }

  @Ports("test_multiprocessing._TestPoolWorkerErrors.test_unpickleable_result")
  @Test
  void shouldLoseNoWorkerToResultsThatCannotBeWritten() {
    long pid = pool.submit(() -> PortedSteps.pid()).join();
    for (int n = 0; n < 20; n++) {
      assertThat(causeOf(pool.submit(() -> new Thread()))).isInstanceOf(NotSendableException.class);
    }
    assertThat(pool.workers()).anyMatch(worker -> worker.pid() == pid);
    assertWorks();
  }
}
