package dev.treadle.queue;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onTimeout;
import static dev.treadle.Treadle.select;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Virtually.turns;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.Virtually;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AsyncQueueSelectTest {
  @Test
  void shouldTakeFromTheQueueThatHasAnItemFirst() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> left = AsyncQueue.bounded(1);
          AsyncQueue<Integer> right = AsyncQueue.bounded(1);
          Task<String> selecting =
              spawn(() -> select(left.onTake(i -> "left " + i), right.onTake(i -> "right " + i)));
          turns(2);
          right.put(1);
          left.put(2);
          assertThat(await(selecting)).isEqualTo("right 1");
          assertThat(right.isEmpty()).isTrue();
          assertThat(left.size()).as("not handed to a select that was decided").isOne();
        });
  }

  @Test
  void shouldTakeWhatIsThereInTheOrderOfTheClauses() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> left = AsyncQueue.bounded(1);
          AsyncQueue<Integer> right = AsyncQueue.bounded(1);
          right.put(1);
          assertThat(Treadle.<Integer>select(left.onTake(i -> i), right.onTake(i -> i))).isOne();
          right.put(2);
          left.put(3);
          assertThat(Treadle.<Integer>select(left.onTake(i -> i), right.onTake(i -> i)))
              .isEqualTo(3);
          assertThat(right.size()).isOne();
        });
  }

  @Test
  void shouldAdmitAPutterWhenAClauseTakes() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(1);
          queue.put(1);
          Task<?> putter = spawn(() -> queue.put(2));
          turns(2);
          List<Integer> taken = new ArrayList<>();
          select(
              queue.onTake(
                  i -> {
                    taken.add(i);
                  }));
          await(putter);
          select(
              queue.onTake(
                  i -> {
                    taken.add(i);
                  }));
          assertThat(taken).containsExactly(1, 2);
        });
  }

  @Test
  void shouldPutWhereThereIsRoomFirst() {
    Virtually.run(
        () -> {
          AsyncQueue<String> full = AsyncQueue.bounded(1);
          AsyncQueue<String> other = AsyncQueue.bounded(1);
          full.put("x");
          assertThat(Treadle.<Integer>select(full.onPut("a", () -> 1), other.onPut("b", () -> 2)))
              .isEqualTo(2);
          assertThat(other.take()).isEqualTo("b");
          other.put("y");
          Task<Integer> selecting =
              spawn(() -> select(full.onPut("c", () -> 1), other.onPut("d", () -> 2)));
          turns(2);
          assertThat(full.take()).isEqualTo("x");
          assertThat(full.poll()).isEqualTo("c");
          assertThat(await(selecting)).isOne();
          assertThat(other.poll()).isEqualTo("y");
          assertThat(other.poll()).as("of the clause that did not win").isNull();
        });
  }

  @Test
  void shouldRendezvousWhenOneSelectPutsAndAnotherTakes() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(1);
          Task<Integer> taking =
              spawn(() -> select(queue.onTake(i -> i), onTimeout(ofMillis(5), () -> -1)));
          turns(2);
          boolean[] put = new boolean[1];
          select(
              queue.onPut(
                  7,
                  () -> {
                    put[0] = true;
                  }));
          assertThat(put[0]).isTrue();
          assertThat(await(taking)).isEqualTo(7);
          assertThat(queue.isEmpty()).isTrue();
        });
  }

  @Test
  void shouldThrowWhenTheQueueIsOrGetsClosed() {
    Virtually.run(
        () -> {
          List<Integer> undelivered = new ArrayList<>();
          AsyncQueue<Integer> queue =
              AsyncQueue.<Integer>bounded(1).onUndelivered(undelivered::add);
          Task<@Nullable Void> taking = spawn(() -> select(queue.onTake(i -> {})));
          turns(2);
          queue.close();
          assertThatThrownBy(() -> await(taking))
              .isInstanceOf(QueueClosedException.class)
              .hasMessageStartingWith("take() refused: queue=AsyncQueue[0/1 closed");
          assertThatThrownBy(() -> select(queue.onTake(i -> {})))
              .isInstanceOf(QueueClosedException.class);
          assertThatThrownBy(() -> select(queue.onPut(1, () -> 1)))
              .isInstanceOf(QueueClosedException.class)
              .hasMessageStartingWith("put() refused: ");
          assertThat(undelivered).as("the item is the caller's").isEmpty();
        });
  }

  @Test
  void shouldTakeWhatIsLeftWhenTheQueueIsClosed() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(1);
          queue.put(1);
          queue.close();
          assertThat(Treadle.<Integer>select(queue.onTake(i -> i))).isOne();
        });
  }

  @Test
  void shouldKeepTheItemWhenCancelledInTheTurnThatHandsItOver() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(1);
          List<Integer> taken = new ArrayList<>();
          Task<?> selecting =
              spawn(
                  () ->
                      select(
                          queue.onTake(
                              i -> {
                                taken.add(i);
                              }),
                          onTimeout(ofMillis(5), () -> {})));
          turns(2);
          queue.put(1);
          selecting.cancel();
          turns(2);
          assertThat(taken).containsExactly(1);
        });
  }

  @Test
  void shouldLeaveNoPlaceInTheQueueWhenCancelledOrNotChosen() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(1);
          select(queue.onTake(i -> {}), onTimeout(ofMillis(5), () -> {}));
          queue.put(1);
          Task<?> selecting = spawn(() -> select(queue.onPut(2, () -> {})));
          turns(2);
          assertThat(queue).hasToString("AsyncQueue[1/1 putters=1 takers=0]");
          selecting.cancel();
          turns(2);
          assertThat(queue).hasToString("AsyncQueue[1/1 putters=0 takers=0]");
        });
  }

  /** Random puts, takes, selects and cancellations: every item is taken exactly once. */
  @Test
  void shouldLoseAndDoubleNothingWhenSelectsAreCancelledAtRandom() {
    Virtually.run(
        () -> {
          Random random = new Random(3);
          for (int round = 0; round < 200; round++) {
            AsyncQueue<Integer> left = AsyncQueue.bounded(2);
            AsyncQueue<Integer> right = AsyncQueue.bounded(1);
            List<Integer> put = new ArrayList<>();
            List<Integer> taken = new ArrayList<>();
            List<Task<?>> tasks = new ArrayList<>();
            for (int n = 0; n < 12; n++) {
              int item = n;
              tasks.add(
                  random.nextBoolean()
                      ? spawn(
                          () ->
                              select(
                                  left.onTake(
                                      i -> {
                                        taken.add(i);
                                      }),
                                  right.onTake(
                                      i -> {
                                        taken.add(i);
                                      }),
                                  left.onTake(
                                      i -> {
                                        taken.add(i);
                                      })))
                      : spawn(
                          () ->
                              select(
                                  right.onPut(item, () -> put.add(item)),
                                  left.onPut(item, () -> put.add(item)))));
            }
            for (Task<?> task : tasks) {
              if (random.nextInt(3) == 0) {
                task.cancel();
              }
              turns(random.nextInt(2));
            }
            turns(3);
            tasks.forEach(Task::cancel);
            turns(3);
            for (Integer i = left.poll(); i != null; i = left.poll()) {
              taken.add(i);
            }
            for (Integer i = right.poll(); i != null; i = right.poll()) {
              taken.add(i);
            }
            assertThat(taken).containsExactlyInAnyOrderElementsOf(put);
          }
        });
  }
}
