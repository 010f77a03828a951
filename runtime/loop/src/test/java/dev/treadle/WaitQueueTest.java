package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.Virtually.turns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WaitQueueTest {
  @Test
  void shouldWakeInOrderWhenSeveralWait() {
    Virtually.run(
        () -> {
          WaitQueue<Integer> queue = new WaitQueue<>();
          List<String> events = new ArrayList<>();
          for (String name : List.of("a", "b", "c")) {
            spawn(() -> events.add(name + queue.park("wait", "door", name)));
          }
          turns(2);
          assertThat(queue.size()).isEqualTo(3);
          assertThat(queue.peekPayload()).isEqualTo("a");
          assertThat(queue.wake(1)).isTrue();
          assertThat(queue.peekPayload()).isEqualTo("b");
          queue.wakeAll(2);
          assertThat(queue.isEmpty()).isTrue();
          assertThat(queue.wake(3)).isFalse();
          assertThat(queue.peekPayload()).isNull();
          assertThat(events).isEmpty();
          yieldNow();
          assertThat(events).containsExactly("a1", "b2", "c2");
        });
  }

  @Test
  void shouldNotWakeWhoCameLaterWhenAllAreWoken() {
    Virtually.run(
        () -> {
          WaitQueue<Integer> queue = new WaitQueue<>();
          int[] wakes = {0};
          var again =
              spawn(
                  () -> {
                    while (wakes[0] < 2) {
                      queue.park("wait", "door", null);
                      wakes[0]++;
                    }
                  });
          yieldNow();
          queue.wakeAll(1);
          turns(3);
          assertThat(wakes[0]).isEqualTo(1);
          queue.wakeAll(1);
          await(again);
        });
  }

  @Test
  void shouldKeepItsOrderWhenWaitersAnywhereAreCancelled() {
    Virtually.run(
        () -> {
          Random random = new Random(7);
          for (int round = 0; round < 50; round++) {
            WaitQueue<Integer> queue = new WaitQueue<>();
            List<Integer> woken = new ArrayList<>();
            List<Task<?>> tasks = new ArrayList<>();
            for (int n = 0; n < 12; n++) {
              int number = n;
              tasks.add(
                  spawn(
                      () -> {
                        queue.park("wait", "door", number);
                        woken.add(number);
                      }));
            }
            turns(2);
            List<Integer> expected = new ArrayList<>();
            for (int n = 0; n < 12; n++) {
              if (random.nextBoolean()) {
                tasks.get(n).cancel();
              } else {
                expected.add(n);
              }
            }
            assertThat(queue.size()).isEqualTo(expected.size());
            queue.wakeAll(0);
            turns(2);
            assertThat(woken).isEqualTo(expected);
            assertThat(queue.isEmpty()).isTrue();
          }
        });
  }

  @Test
  void shouldSayTheRemedyWhenThereIsNoTask() {
    WaitQueue<Integer> queue = new WaitQueue<>();
    assertThatIllegalStateException()
        .isThrownBy(() -> queue.park("lock", "door", null))
        .withMessage(
            "lock() outside a task: thread="
                + Thread.currentThread().getName()
                + "; start it with Treadle.run(...)");
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void shouldShowWhatItWaitsForWhenATaskIsPrinted() {
    Virtually.run(
        () -> {
          WaitQueue<Integer> queue = new WaitQueue<>();
          var task = spawn("guest", () -> queue.park("knock", "door", null));
          yieldNow();
          assertThat(task).hasToString("Task[guest suspended on knock door]");
          queue.wake(1);
          assertThat(task).hasToString("Task[guest ready]");
          assertThat(await(task)).isEqualTo(1);
        });
  }
}
