package dev.treadle.queue;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.Virtually.turns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.Virtually;
import dev.treadle.conformance.Ports;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The end of a queue: close, closeNow, join and taskDone. */
class AsyncQueueCloseTest {
  @Ports("test_queues._QueueShutdownTestMixin.test_shutdown_empty")
  @Test
  void shouldRefuseEverythingWhenClosedEmpty() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(1);
          queue.close();
          assertThat(queue.isClosed()).isTrue();
          assertThat(queue.offer(1)).isFalse();
          assertThat(queue.poll()).isNull();
          assertThatExceptionOfType(QueueClosedException.class)
              .isThrownBy(() -> queue.put(1))
              .withMessageStartingWith("put() refused: queue=AsyncQueue[0/1 closed");
          assertThatExceptionOfType(QueueClosedException.class)
              .isThrownBy(queue::take)
              .withMessageStartingWith("take() refused: queue=AsyncQueue[0/1 closed");
        });
  }

  @Ports("test_queues._QueueShutdownTestMixin.test_shutdown_nonempty")
  @Test
  void shouldDrainWhenClosedWithItems() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(2);
          queue.put(1);
          queue.put(2);
          var waiting = spawn(() -> queue.put(3));
          yieldNow();
          queue.close();
          assertThatExceptionOfType(QueueClosedException.class).isThrownBy(() -> await(waiting));
          assertThat(queue.take()).isEqualTo(1);
          assertThat(queue.poll()).isEqualTo(2);
          assertThatExceptionOfType(QueueClosedException.class).isThrownBy(queue::take);
        });
  }

  @Ports("test_queues._QueueShutdownTestMixin.test_shutdown_get")
  @Ports("test_queues._QueueShutdownTestMixin.test_shutdown_immediate")
  @Test
  void shouldWakeEveryTakerWhenClosed() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.unbounded();
          var one = spawn(queue::take);
          var two = spawn(() -> queue.iterator().hasNext());
          turns(2);
          queue.close();
          assertThatExceptionOfType(QueueClosedException.class).isThrownBy(() -> await(one));
          assertThat(await(two)).isFalse();
        });
  }

  @Ports("test_queues._QueueShutdownTestMixin.test_shutdown_allowed_transitions")
  @Test
  void shouldDropTheRestWhenClosedNowAfterClose() {
    Virtually.run(
        () -> {
          List<Integer> dropped = new ArrayList<>();
          AsyncQueue<Integer> queue = AsyncQueue.<Integer>bounded(3).onUndelivered(dropped::add);
          queue.put(1);
          queue.put(2);
          queue.close();
          queue.close();
          assertThat(queue.take()).isEqualTo(1);
          queue.closeNow();
          queue.closeNow();
          assertThat(dropped).containsExactly(2);
          assertThatExceptionOfType(QueueClosedException.class).isThrownBy(queue::take);
        });
  }

  @Ports("test_queues._QueueJoinTestMixin.test_task_done_underflow")
  @Test
  void shouldSayTheRemedyWhenTaskDoneIsCalledTooOften() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.unbounded();
          assertThatIllegalStateException()
              .isThrownBy(queue::taskDone)
              .withMessage(
                  "taskDone() called too often: queue=AsyncQueue[0 putters=0 takers=0]; call it"
                      + " once for each item taken");
          queue.put(1);
          queue.taskDone();
          assertThatIllegalStateException().isThrownBy(queue::taskDone);
        });
  }

  @Ports("test_queues._QueueJoinTestMixin.test_task_done")
  @Test
  void shouldJoinWhenEveryItemHasBeenDealtWith() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.unbounded();
          int[] sum = {0};
          for (int n = 0; n < 100; n++) {
            queue.put(n);
          }
          for (int worker = 0; worker < 2; worker++) {
            spawn(
                () -> {
                  for (int item : queue) {
                    yieldNow();
                    sum[0] += item;
                    queue.taskDone();
                  }
                });
          }
          queue.join();
          assertThat(sum[0]).isEqualTo(4950);
          queue.put(1);
          queue.join();
          assertThat(sum[0]).isEqualTo(4951);
          queue.close();
        });
  }

  @Ports("test_queues._QueueJoinTestMixin.test_join_empty_queue")
  @Test
  void shouldJoinAtOnceWhenNothingWasPut() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.unbounded();
          queue.join();
          queue.join();
          assertThat(queue.isEmpty()).isTrue();
        });
  }

  @Test
  void shouldCountTheItemOfAWaitingPutterOnceWhenJoining() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(1);
          queue.put(1);
          spawn(() -> queue.put(2));
          yieldNow();
          var joiner = spawn(queue::join);
          queue.take();
          queue.take();
          queue.taskDone();
          turns(2);
          assertThat(joiner.isDone()).isFalse();
          queue.taskDone();
          await(joiner);
          assertThatIllegalStateException().isThrownBy(queue::taskDone);
        });
  }

  @Ports("test_queues._QueueShutdownTestMixin.test_shutdown_immediate_with_unfinished")
  @Test
  void shouldStillWaitForTakenItemsWhenClosedNow() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.unbounded();
          queue.put(1);
          queue.put(2);
          queue.take();
          var joiner = spawn(queue::join);
          yieldNow();
          queue.closeNow();
          turns(2);
          assertThat(joiner.isDone()).isFalse();
          queue.taskDone();
          await(joiner);
          assertThatIllegalStateException().isThrownBy(queue::taskDone);
        });
  }

  @Ports("test_queues._QueueShutdownTestMixin.test_shutdown_immediate")
  @Test
  void shouldReleaseJoinersWhenClosedNow() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.unbounded();
          queue.put(1);
          var joiner = spawn(queue::join);
          yieldNow();
          queue.closeNow();
          await(joiner);
          assertThat(queue.isEmpty()).isTrue();
        });
  }
}
