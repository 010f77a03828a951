package dev.treadle.offload;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Loop;
import dev.treadle.Result;
import dev.treadle.Task;
import dev.treadle.testing.TreadleTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What holds for every executor. A subclass says which; the steps are such as can be done in
 * another process.
 */
abstract class OffloadContract {
  /** A new executor that does so many steps at a time; the test closes it. */
  abstract OffloadExecutor open(int parallelism);

  static long square(long n) {
    return n * n;
  }

  static long inverse(long n) {
    return 100 / n;
  }

  private static String refuse() throws IOException {
    throw new IOException("there is no disk");
  }

  private static void refuseToRun() throws IOException {
    throw new IOException("there is no disk");
  }

  @Test
  void shouldGiveTheValueToAThread() throws Exception {
    try (OffloadExecutor pool = open(1)) {
      Call<Long> call = pool.submit(() -> square(7));
      assertThat(call.get()).isEqualTo(49);
      assertThat(call.isDone()).isTrue();
      assertThat(call.result()).isEqualTo(49);
    }
  }

  @TreadleTest
  void shouldGiveTheValueToATask() {
    try (OffloadExecutor pool = open(1)) {
      int captured = 6;
      assertThat(await(pool.submit(() -> captured * 7))).isEqualTo(42);
    }
  }

  @TreadleTest
  void shouldNotJumpTheVirtualClockMeanwhile() {
    try (OffloadExecutor pool = open(1)) {
      Task<?> sleeper = spawn("sleeper", () -> sleep(Duration.ofHours(1)));
      await(pool.submit(() -> square(7)));
      assertThat(Loop.current().time()).isZero();
      sleeper.cancel();
    }
  }

  @Test
  void shouldTakeStepsWithoutAValue() throws Exception {
    try (OffloadExecutor pool = open(1)) {
      assertThat(pool.<@Nullable Object>submit(() -> null).get()).isNull();
      assertThat(pool.submit(() -> {}).get()).isNull();
      Call<@Nullable Void> failing = pool.submit(OffloadContract::refuseToRun);
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(failing::get)
          .withCauseInstanceOf(IOException.class);
    }
  }

  @TreadleTest
  void shouldThrowWhatTheStepThrows() {
    try (OffloadExecutor pool = open(1)) {
      Call<Long> unchecked = pool.submit(() -> inverse(0));
      assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> await(unchecked));
      assertThatExceptionOfType(ArithmeticException.class).isThrownBy(unchecked::result);
      Call<String> checked = pool.submit(OffloadContract::refuse);
      assertThatExceptionOfType(CompletionException.class)
          .isThrownBy(() -> await(checked))
          .havingCause()
          .isInstanceOf(IOException.class)
          .withMessage("there is no disk")
          .satisfies(
              failure ->
                  assertThat(failure.getStackTrace())
                      .extracting(StackTraceElement::getMethodName)
                      .contains("refuse"));
    }
  }

  @Test
  void shouldNameACallAfterItsStepUnlessToldOtherwise() {
    try (OffloadExecutor pool = open(1)) {
      assertThat(pool.submit(OffloadContract::refuse).name())
          .contains("OffloadContract")
          .contains("refuse");
      assertThat(pool.submit(() -> square(1), CallOptions.DEFAULT.named("one")).name())
          .isEqualTo("one");
    }
  }

  @Test
  void shouldTakeNothingMoreOnceClosed() {
    OffloadExecutor pool = open(1);
    Call<Long> before = pool.submit(() -> square(7));
    pool.close();
    assertThat(before.result()).isEqualTo(49);
    pool.close();
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> pool.submit(() -> square(8)))
        .withMessageStartingWith("submit() to a closed pool: pool=")
        .withMessageContaining(" call=");
  }

  @Test
  void shouldHaveNothingToReportWhenAllIsDoneInTime() {
    OffloadExecutor pool = open(1);
    Call<Long> call = pool.submit(() -> square(7));
    assertThat(pool.close(Duration.ofMinutes(5))).isEmpty();
    assertThat(call.result()).isEqualTo(49);
  }

  @Test
  void shouldKnowHowManyItDoesAtATime() {
    try (OffloadExecutor pool = open(2)) {
      assertThat(pool.parallelism()).isBetween(1, 2);
    }
  }

  @Test
  void shouldMapInOrder() {
    try (OffloadExecutor pool = open(2)) {
      List<Long> numbers = LongStream.range(0, 1_000).boxed().toList();
      List<Long> squares = numbers.stream().map(OffloadContract::square).toList();
      assertThat(pool.map(OffloadContract::square, numbers).toList()).isEqualTo(squares);
      assertThat(
              pool.map(OffloadContract::square, numbers, MapOptions.DEFAULT.unordered()).toList())
          .containsExactlyInAnyOrderElementsOf(squares);
      assertThat(pool.map(OffloadContract::square, numbers, MapOptions.DEFAULT.chunk(7)).toList())
          .isEqualTo(squares);
    }
  }

  @TreadleTest
  void shouldMapInATask() {
    try (OffloadExecutor pool = open(2)) {
      List<String> words = new ArrayList<>();
      for (String word : pool.map(n -> "n" + n, IntStream.range(0, 20).boxed().toList())) {
        words.add(word);
      }
      assertThat(words).hasSize(20).startsWith("n0", "n1").endsWith("n19");
    }
  }

  @Test
  void shouldMapManyTinyCalls() {
    try (OffloadExecutor pool = open(2)) {
      long sum = 0;
      Iterable<Integer> numbers = () -> IntStream.range(0, 200_000).iterator();
      for (int n : pool.map(n -> n + 1, numbers)) {
        sum += n;
      }
      assertThat(sum).isEqualTo(200_000L * 200_001 / 2);
    }
  }

  @Test
  void shouldTellWhichArgumentFailed() {
    try (OffloadExecutor pool = open(2)) {
      List<Long> taken = new ArrayList<>();
      assertThatThrownBy(
              () -> pool.map(OffloadContract::inverse, List.of(5L, 4L, 0L, 2L)).forEach(taken::add))
          .isInstanceOf(ArithmeticException.class)
          .satisfies(
              failure ->
                  assertThat(failure.getSuppressed())
                      .filteredOn(FailedArgument.class::isInstance)
                      .extracting(note -> ((FailedArgument) note).index())
                      .containsExactly(2L));
      assertThat(taken).containsExactly(20L, 25L);
      assertThat(pool.map(OffloadContract::square, List.of(3L)).toList()).containsExactly(9L);
    }
  }

  @Test
  void shouldCollectFailuresOfAMap() {
    try (OffloadExecutor pool = open(2)) {
      List<Result<Long>> results =
          pool.mapResults(OffloadContract::inverse, List.of(5L, 0L, 2L)).toList();
      assertThat(results).extracting(Result::isSuccess).containsExactly(true, false, true);
      assertThatExceptionOfType(ArithmeticException.class).isThrownBy(results.get(1)::get);
    }
  }

  @Test
  void shouldStayUsableWhenAMapIsLeft() throws Exception {
    try (OffloadExecutor pool = open(2)) {
      Iterable<Long> endless = () -> LongStream.iterate(1, n -> n + 1).iterator();
      try (Results<Long> squares = pool.map(OffloadContract::square, endless)) {
        Iterator<Long> first = squares.iterator();
        assertThat(first.next()).isEqualTo(1);
        assertThat(first.next()).isEqualTo(4);
      }
      assertThat(pool.submit(() -> square(7)).get()).isEqualTo(49);
    }
  }
}
