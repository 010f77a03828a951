package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.gather;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.VirtualLoop.ms;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepForever;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.conformance.Ports;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GatherTest {
  private static Callable<Integer> after(long millis, int value) {
    return () -> {
      sleepMs(millis);
      return value;
    };
  }

  @Test
  void shouldGiveValuesInTheOrderOfTheArguments() {
    VirtualLoop.run(
        () -> {
          List<Integer> values = gather(after(30, 1), after(10, 2), after(20, 3));
          assertThat(values).containsExactly(1, 2, 3);
          assertThat(now()).isEqualTo(30);
        });
  }

  @Test
  void shouldTakeManyNoneAndNulls() {
    VirtualLoop.run(
        () -> {
          assertThat(Treadle.<Integer>gather(List.of())).isEmpty();
          assertThat(Treadle.<Integer>gather()).isEmpty();
          List<Callable<Integer>> many = new ArrayList<>();
          for (int i = 0; i < 100; i++) {
            many.add(after(100 - i, i));
          }
          assertThat(Treadle.<Integer>gather(many)).hasSize(100).isSorted();
          assertThat(Treadle.<@Nullable String>gather(() -> null, () -> "a"))
              .containsExactly(null, "a");
        });
  }

  @Ports(
      value = "test_tasks.FutureGatherTests.test_one_exception",
      differs = "gather is a group: the others are cancelled and awaited")
  @Test
  void shouldCancelTheOthersWhenOneFails() {
    VirtualLoop.run(
        () -> {
          IOException failure = new IOException();
          Order order = new Order();
          assertThatThrownBy(
                  () ->
                      Treadle.<Integer>gather(
                          () -> {
                            try {
                              sleepForever();
                            } finally {
                              order.step(1);
                            }
                            return 1;
                          },
                          () -> {
                            sleepMs(10);
                            throw failure;
                          }))
              .isInstanceOfSatisfying(
                  TaskGroupException.class,
                  failed -> assertThat(failed.causes()).containsExactly(failure))
              .hasMessageContaining("group=gather");
          order.end(1);
          assertThat(now()).isEqualTo(10);
        });
  }

  @Ports("test_tasks.CoroutineGatherTests.test_cancellation_broadcast")
  @Test
  void shouldCancelAllWhenTheCallerIsCancelled() {
    VirtualLoop.run(
        () -> {
          int[] cleaned = new int[1];
          Callable<Integer> body =
              () -> {
                try {
                  sleepForever();
                } finally {
                  cleaned[0]++;
                }
                return 1;
              };
          assertThat(moveOnAfter(ms(10), () -> Treadle.<Integer>gather(body, body, body)))
              .isEmpty();
          assertThat(cleaned[0]).isEqualTo(3);
          assertThat(now()).isEqualTo(10);
        });
  }

  @Ports(
      value = "test_tasks.FutureGatherTests.test_one_cancellation",
      differs = "gather is a group: it fails when the others have ended, too")
  @Test
  void shouldThrowWhenOneWasCancelledByItself() {
    VirtualLoop.run(
        () -> {
          Deferred<Task<?>> second = new Deferred<>();
          Task<List<Integer>> gathering =
              Treadle.spawn(
                  () ->
                      gather(
                          after(30, 1),
                          () -> {
                            second.complete(Task.require("test"));
                            sleepForever();
                            return 2;
                          }));
          await(second).cancel();
          assertThatThrownBy(() -> await(gathering)).isInstanceOf(CancellationException.class);
          assertThat(now()).as("the others are awaited all the same").isEqualTo(30);
        });
  }

  @Test
  void shouldRefuseWhenOutsideATask() {
    assertThatThrownBy(() -> gather(after(1, 1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("group() outside a task: thread=");
  }
}
