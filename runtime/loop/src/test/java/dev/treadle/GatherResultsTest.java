package dev.treadle;

import static dev.treadle.Treadle.gatherResults;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.VirtualLoop.ms;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepForever;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class GatherResultsTest {
  @Test
  void shouldRethrowAsAwaitDoesWhenAFailedResultIsAsked() {
    IOException checked = new IOException();
    assertThat(new Result.Success<>(1).get()).isEqualTo(1);
    assertThat(new Result.Success<>(1).isSuccess()).isTrue();
    Result<Integer> failed = new Result.Failure<>(checked);
    assertThat(failed.isSuccess()).isFalse();
    assertThatThrownBy(failed::get).isInstanceOf(CompletionException.class).hasCause(checked);
    IllegalStateException unchecked = new IllegalStateException();
    assertThatThrownBy(new Result.Failure<>(unchecked)::get).isSameAs(unchecked);
  }

  @Test
  void shouldCollectTheCancellationWhenOneWasCancelledByItself() {
    VirtualLoop.run(
        () -> {
          List<Result<Integer>> results =
              gatherResults(
                  () -> {
                    Task.require("test").cancel();
                    sleepForever();
                    return 1;
                  },
                  () -> 2);
          assertThat(results.get(1)).isEqualTo(new Result.Success<>(2));
          assertThatThrownBy(results.get(0)::get).isInstanceOf(CancellationException.class);
        });
  }

  @Test
  void shouldNotHideAFailureWhenItHappensInCleanUpAfterACancellation() {
    VirtualLoop.run(
        () -> {
          IllegalStateException failure = new IllegalStateException("clean-up");
          assertThatThrownBy(
                  () ->
                      moveOnAfter(
                          ms(10),
                          () -> {
                            Treadle.<Integer>gatherResults(
                                () -> {
                                  try {
                                    sleepForever();
                                  } catch (Cancelled c) {
                                    throw failure;
                                  }
                                  return 1;
                                });
                          }))
              .isInstanceOfSatisfying(
                  TaskGroupException.class,
                  failed -> assertThat(failed.causes()).containsExactly(failure));
        });
  }

  @Test
  void shouldThrowAFatalErrorWhenOneIsThrown() {
    VirtualLoop.run(
        () -> {
          InternalError fatal = new InternalError();
          assertThatThrownBy(
                  () ->
                      Treadle.<Integer>gatherResults(
                          () -> {
                            throw fatal;
                          },
                          () -> {
                            sleepForever();
                            return 1;
                          }))
              .isSameAs(fatal);
          assertThat(now()).isZero();
        });
  }

  @Test
  void shouldCollectAnErrorThatIsNotFatal() {
    VirtualLoop.run(
        () -> {
          AssertionError error = new AssertionError();
          assertThat(
                  Treadle.<Integer>gatherResults(
                      () -> {
                        throw error;
                      }))
              .containsExactly(new Result.Failure<>(error));
        });
  }
}
