package dev.treadle;

import static dev.treadle.Treadle.gatherResults;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.VirtualLoop.ms;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepForever;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.conformance.Ports;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GatherReturnTest {
  @Ports("test_tasks.FutureGatherTests.test_return_exceptions")
  @Test
  void shouldGiveValuesAndFailuresInTheOrderOfTheArguments() {
    VirtualLoop.run(
        () -> {
          IOException failure = new IOException("no");
          List<Result<@Nullable Integer>> results =
              gatherResults(
                  () -> {
                    sleepMs(30);
                    return 1;
                  },
                  () -> {
                    sleepMs(10);
                    throw failure;
                  },
                  () -> null);
          assertThat(results)
              .containsExactly(
                  new Result.Success<>(1),
                  new Result.Failure<>(failure),
                  new Result.Success<>(null));
          assertThat(now()).as("nobody was cancelled").isEqualTo(30);
        });
  }

  @Ports("test_tasks.CoroutineGatherTests.test_cancellation_broadcast")
  @Test
  void shouldCancelAllWhenTheCallerIsCancelled() {
    VirtualLoop.run(
        () -> {
          int[] cleaned = new int[1];
          boolean inTime =
              moveOnAfter(
                  ms(10),
                  () -> {
                    Treadle.<Integer>gatherResults(
                        () -> {
                          try {
                            sleepForever();
                            return 1;
                          } finally {
                            cleaned[0]++;
                          }
                        },
                        () -> 2);
                  });
          assertThat(inTime).isFalse();
          assertThat(cleaned[0]).isOne();
          assertThat(now()).isEqualTo(10);
        });
  }
}
