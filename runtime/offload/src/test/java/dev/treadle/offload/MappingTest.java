package dev.treadle.offload;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Result;
import dev.treadle.Task;
import dev.treadle.coroutines.Generator;
import dev.treadle.testing.TreadleTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a map reads, submits and gives, and in what order, with an executor moved by hand. */
class MappingTest {
  private static final MapOptions SINGLY = MapOptions.DEFAULT.chunk(1);

  private final HandExecutor hand = new HandExecutor(2);

  /** How many arguments were read. */
  private int read;

  private boolean closed;

  private Iterable<Integer> numbers(int count) {
    return () ->
        new CloseableIterator() {
          @Override
          public boolean hasNext() {
            return read < count;
          }

          @Override
          public Integer next() {
            return read++;
          }
        };
  }

  private abstract class CloseableIterator implements Iterator<Integer>, AutoCloseable {
    @Override
    public void close() {
      closed = true;
    }
  }

  private static <R extends @Nullable Object> Task<@Nullable Void> taker(
      Results<R> results, List<R> into) {
    return spawn("taker", () -> results.forEach(into::add));
  }

  /** Lets the taker see what was done. */
  private static void settle() {
    for (int turn = 0; turn < 4; turn++) {
      yieldNow();
    }
  }

  @TreadleTest
  void shouldReadNothingBeforeAResultIsAskedFor() {
    Results<Integer> results = hand.map(n -> n, numbers(3), SINGLY);
    assertThat(results.iterator()).isNotNull();
    assertThat(read).isZero();
    assertThat(hand.calls).isEmpty();
  }

  @TreadleTest
  void shouldReadNoFurtherThanMayBeInFlight() {
    List<Integer> taken = new ArrayList<>();
    Task<?> taker = taker(hand.map(n -> n * n, numbers(10), SINGLY.inFlight(3)), taken);
    settle();
    assertThat(read).isEqualTo(3);
    hand.calls.get(1).run();
    settle();
    assertThat(read).isEqualTo(3);
    hand.calls.get(0).run();
    settle();
    assertThat(taken).containsExactly(0, 1);
    assertThat(read).isEqualTo(5);
    taker.cancel();
  }

  @TreadleTest
  void shouldKeepEachWorkerBusyWithAFewWhenNothingIsSaid() {
    Task<?> taker = taker(hand.map(n -> n, numbers(1_000)), new ArrayList<>());
    settle();
    assertThat(read).isEqualTo(6);
    taker.cancel();
  }

  @TreadleTest
  void shouldGiveWhatIsThereFirstWhenUnordered() {
    List<Integer> taken = new ArrayList<>();
    Task<?> taker = taker(hand.map(n -> n, numbers(3), SINGLY.unordered()), taken);
    settle();
    hand.calls.get(2).run();
    settle();
    assertThat(taken).containsExactly(2);
    hand.calls.get(0).run();
    hand.calls.get(1).run();
    await(taker);
    assertThat(taken).containsExactly(2, 0, 1);
    assertThat(closed).isTrue();
  }

  @TreadleTest
  void shouldPutArgumentsTogether() {
    List<Integer> taken = new ArrayList<>();
    Results<Integer> results =
        hand.map(
            n -> n + 1,
            numbers(5),
            MapOptions.DEFAULT
                .chunk(2)
                .each(
                    CallOptions.DEFAULT
                        .named("increment")
                        .timeout(Duration.ofSeconds(3))
                        .idempotent(4)));
    Task<?> taker = taker(results, taken);
    settle();
    assertThat(hand.names())
        .containsExactly(
            "increment of arguments 0 to 1",
            "increment of arguments 2 to 3",
            "increment of argument 4");
    assertThat(hand.calls.get(0).options.timeout()).isEqualTo(Duration.ofSeconds(6));
    assertThat(hand.calls.get(2).options.timeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(hand.calls.get(2).options.retries()).isEqualTo(4);
    assertThat(results.progress()).isEqualTo(new Progress(0, 0, ""));
    hand.calls.forEach(HandExecutor.HandCall::run);
    await(taker);
    assertThat(taken).containsExactly(1, 2, 3, 4, 5);
    assertThat(results.name()).isEqualTo("increment");
    assertThat(results.progress()).isEqualTo(new Progress(5, 0, ""));
    assertThat(results.isDone()).isTrue();
  }

  @TreadleTest
  void shouldKnowTheTotalOfACollection() {
    assertThat(hand.map(n -> n, List.of(1, 2, 3)).progress()).isEqualTo(new Progress(0, 3, ""));
  }

  @TreadleTest
  void shouldThrowTheFailureAfterWhatComesBeforeItAndCancelTheRest() {
    List<Integer> taken = new ArrayList<>();
    Results<Integer> results = hand.map(n -> 6 / (n - 1), numbers(100), SINGLY.inFlight(4));
    Task<?> taker = taker(results, taken);
    settle();
    hand.calls.get(1).run();
    settle();
    assertThat(taken).isEmpty();
    hand.calls.get(0).run();
    assertThatThrownBy(() -> await(taker))
        .isInstanceOf(ArithmeticException.class)
        .satisfies(failure -> assertThat(argument(failure).index()).isEqualTo(1))
        .satisfies(failure -> assertThat(argument(failure).lastIndex()).isEqualTo(1));
    assertThat(taken).containsExactly(-6);
    assertThat(hand.calls).hasSize(5).element(2).matches(call -> call.stops == 1);
    assertThat(hand.cancelled()).isEqualTo(3);
    assertThat(closed).isTrue();
    assertThat(results.isDone()).isTrue();
  }

  @TreadleTest
  void shouldGiveWhatCameBeforeAFailureInItsChunk() {
    List<Integer> taken = new ArrayList<>();
    Task<?> taker = taker(hand.map(n -> 6 / (n - 2), numbers(4), SINGLY.chunk(4)), taken);
    settle();
    hand.calls.get(0).run();
    assertThatThrownBy(() -> await(taker))
        .isInstanceOf(ArithmeticException.class)
        .satisfies(failure -> assertThat(argument(failure).index()).isEqualTo(2));
    assertThat(taken).containsExactly(-3, -6);
  }

  @TreadleTest
  void shouldWrapACheckedFailureOnce() {
    Task<?> taker =
        taker(hand.<Integer, Integer>map(MappingTest::refuse, numbers(1)), new ArrayList<>());
    settle();
    hand.calls.get(0).run();
    assertThatThrownBy(() -> await(taker))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(IOException.class)
        .satisfies(failure -> assertThat(argument(failure).index()).isZero());
  }

  private static Integer refuse(Integer argument) throws IOException {
    throw new IOException("no " + argument);
  }

  @TreadleTest
  void shouldNameAllArgumentsOfAChunkThatCameToNothing() {
    Task<?> taker = taker(hand.map(n -> n, numbers(3), SINGLY.chunk(3)), new ArrayList<>());
    settle();
    hand.calls.get(0).fail(new WorkerCrashedException("gone"));
    assertThatThrownBy(() -> await(taker))
        .isInstanceOf(WorkerCrashedException.class)
        .satisfies(failure -> assertThat(argument(failure).index()).isZero())
        .satisfies(failure -> assertThat(argument(failure).lastIndex()).isEqualTo(2));
  }

  @TreadleTest
  void shouldCollectFailuresWhenAskedTo() {
    List<Result<Integer>> taken = new ArrayList<>();
    Task<?> taker = taker(hand.mapResults(n -> 6 / (n - 1), numbers(6), SINGLY.chunk(3)), taken);
    settle();
    hand.calls.get(0).run();
    hand.calls.get(1).fail(new WorkerCrashedException("gone"));
    await(taker);
    assertThat(taken).hasSize(6);
    assertThat(taken).extracting(Result::isSuccess).startsWith(true, false, true);
    assertThat(taken.get(2).get()).isEqualTo(6);
    assertThat(taken.get(1)).isInstanceOf(Result.Failure.class);
    assertThatThrownBy(taken.get(1)::get)
        .isInstanceOf(ArithmeticException.class)
        .satisfies(failure -> assertThat(argument(failure).index()).isEqualTo(1));
    assertThat(taken.subList(3, 6))
        .allSatisfy(
            result ->
                assertThatExceptionOfType(WorkerCrashedException.class).isThrownBy(result::get));
  }

  @TreadleTest
  void shouldGiveEarlierResultsBeforeTheFailureOfTheSource() {
    Iterable<Integer> source =
        Generator.of(
            y -> {
              y.yield(0);
              y.yield(1);
              throw new IllegalStateException("the source is broken");
            });
    List<Integer> taken = new ArrayList<>();
    Task<?> taker = taker(hand.map(n -> n + 10, source, SINGLY), taken);
    settle();
    assertThat(hand.calls).hasSize(2);
    hand.calls.forEach(HandExecutor.HandCall::run);
    assertThatThrownBy(() -> await(taker)).hasMessage("the source is broken");
    assertThat(taken).containsExactly(10, 11);
    assertThat(hand.cancelled()).isZero();
  }

  @TreadleTest
  void shouldCancelWhatIsUnderWayWhenClosedEarly() {
    Results<Integer> results = hand.map(n -> n, numbers(100), SINGLY.inFlight(5));
    List<Integer> taken = new ArrayList<>();
    Task<?> taker =
        spawn(
            "taker",
            () -> {
              try (results) {
                Iterator<Integer> all = results.iterator();
                taken.add(all.next());
                results.close();
                assertThat(all.hasNext()).isFalse();
                assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(all::next);
              }
            });
    settle();
    hand.calls.get(0).run();
    await(taker);
    assertThat(taken).containsExactly(0);
    assertThat(hand.cancelled()).isEqualTo(4);
    assertThat(closed).isTrue();
  }

  @TreadleTest
  void shouldCancelWhatIsUnderWayWhenTheTakerIsCancelled() {
    Task<?> taker = taker(hand.map(n -> n, numbers(100), SINGLY.inFlight(5)), new ArrayList<>());
    settle();
    taker.cancel();
    assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(taker));
    assertThat(hand.cancelled()).isEqualTo(5);
    assertThat(closed).isTrue();
  }

  @TreadleTest
  void shouldEndWithACallThatItsExecutorHasCancelled() {
    Task<?> taker = taker(hand.mapResults(n -> n, numbers(2), SINGLY), new ArrayList<>());
    settle();
    hand.calls.get(0).cancel(true);
    assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(taker));
    assertThat(hand.cancelled()).isEqualTo(2);
  }

  @TreadleTest
  void shouldTakeASourceThatAwaits() {
    Task<Integer> first = spawn("first", () -> 41);
    Iterable<Integer> source = Generator.of(y -> y.yield(await(first)));
    List<Integer> taken = new ArrayList<>();
    Task<?> taker = taker(hand.map(n -> n + 1, source), taken);
    settle();
    hand.calls.get(0).run();
    await(taker);
    assertThat(taken).containsExactly(42);
  }

  /** Each argument takes the source longer than it waits for a full chunk. */
  @TreadleTest
  void shouldNotKeepArgumentsWhileTheSourceIsSlow() {
    Iterable<Integer> slow =
        () ->
            IntStream.range(0, 6)
                .peek(
                    n -> {
                      long end = System.nanoTime() + ArgumentSource.SLOW_NANOS + 1;
                      while (System.nanoTime() - end < 0) {}
                    })
                .iterator();
    Task<?> taker = taker(hand.map(n -> n, slow, SINGLY.chunk(6)), new ArrayList<>());
    settle();
    assertThat(hand.names()).first().asString().endsWith("of argument 0");
    taker.cancel();
  }

  @TreadleTest
  void shouldGiveNullsAndTakeThem() {
    List<@Nullable Integer> arguments = Arrays.asList(null, 1);
    List<@Nullable String> taken = new ArrayList<>();
    Task<?> taker =
        taker(
            hand.<@Nullable Integer, @Nullable String>map(
                n -> n == null ? "nothing" : null, arguments, SINGLY.chunk(2)),
            taken);
    settle();
    hand.calls.get(0).run();
    await(taker);
    assertThat(taken).containsExactly("nothing", null);
  }

  @Test
  void shouldBeOverAtOnceWithoutArguments() {
    assertThat(hand.map(n -> n, Collections.emptyList()).toList()).isEmpty();
    assertThat(hand.calls).isEmpty();
  }

  @Test
  void shouldRefuseASecondIteration() {
    Results<Integer> results = hand.map(n -> n, List.of(1), SINGLY);
    assertThat(results.iterator()).isNotNull();
    assertThatThrownBy(results::iterator)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("iterator() of a map that was iterated or closed before: name=")
        .hasMessageEndingWith("; call map(...) again");
    results.close();
  }

  @Test
  void shouldEndWithTheTimeOfTheMap() {
    Results<Integer> results =
        hand.map(n -> n, numbers(100), SINGLY.inFlight(2).timeout(Duration.ofMillis(1)));
    assertThatThrownBy(results::toList)
        .isInstanceOfSatisfying(
            CallTimeoutException.class,
            late -> assertThat(late.timeout()).isEqualTo(Duration.ofMillis(1)))
        .hasMessageContaining(" timeout=PT0.001S delivered=0; ");
    // It may have been over before anything was submitted.
    assertThat(hand.cancelled()).isEqualTo(hand.calls.size());
    assertThat(closed).isTrue();
  }

  @Test
  void shouldGiveUpWithTheThreadThatTakes() {
    Results<Integer> results = hand.map(n -> n, numbers(100), SINGLY.inFlight(2));
    Thread.currentThread().interrupt();
    assertThatThrownBy(results::toList).hasRootCauseInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(hand.cancelled()).isEqualTo(2);
  }

  private static FailedArgument argument(Throwable failure) {
    return Arrays.stream(failure.getSuppressed())
        .filter(FailedArgument.class::isInstance)
        .map(FailedArgument.class::cast)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void shouldBearALimitThatIsForEver() {
    Results<Integer> results =
        hand.map(n -> n, List.<Integer>of(), SINGLY.timeout(Duration.ofSeconds(Long.MAX_VALUE)));
    assertThat(results.toList()).isEmpty();
  }
}
