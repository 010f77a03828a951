package dev.treadle.queue;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.Virtually.turns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.Deferred;
import dev.treadle.Loop;
import dev.treadle.Virtually;
import dev.treadle.conformance.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Order, capacity, iteration and who may call. */
class AsyncQueueTest {
  @Ports("test_queues.BasicQueueTests.test_order")
  @Test
  void shouldGiveItemsInOrderWhenPutOneAfterTheOther() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.unbounded();
          queue.put(1);
          assertThat(queue.offer(3)).isTrue();
          queue.put(2);
          assertThat(List.of(queue.take(), queue.take(), queue.take())).containsExactly(1, 3, 2);
          assertThat(queue.poll()).isNull();
        });
  }

  @Ports("test_queues.BasicQueueTests.test_empty")
  @Ports("test_queues.BasicQueueTests.test_full")
  @Ports("test_queues.BasicQueueTests.test_maxsize")
  @Ports("test_queues.QueuePutTests.test_nonblocking_put_exception")
  @Ports("test_queues.QueueGetTests.test_nonblocking_get_exception")
  @Test
  void shouldRefuseAnOfferWhenFull() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(2);
          assertThat(queue.isEmpty()).isTrue();
          assertThat(queue.capacity()).isEqualTo(2);
          assertThat(queue.offer(1)).isTrue();
          assertThat(queue.offer(2)).isTrue();
          assertThat(queue.offer(3)).isFalse();
          assertThat(queue.size()).isEqualTo(2);
          assertThat(queue.isEmpty()).isFalse();
          assertThat(queue.poll()).isEqualTo(1);
          assertThat(queue.poll()).isEqualTo(2);
          assertThat(queue.poll()).isNull();
          assertThat(AsyncQueue.unbounded().capacity()).isEqualTo(Integer.MAX_VALUE);
        });
  }

  @Ports("test_queues.BasicQueueTests.test_repr")
  @Test
  void shouldShowItemsAndWaitersWhenPrinted() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(1);
          assertThat(queue).hasToString("AsyncQueue[0/1 putters=0 takers=0]");
          queue.put(1);
          var putter = spawn("putter", () -> queue.put(2));
          yieldNow();
          assertThat(queue).hasToString("AsyncQueue[1/1 putters=1 takers=0]");
          assertThat(putter).hasToString("Task[putter suspended on put " + queue + "]");
          queue.take();
          queue.take();
          AsyncQueue<Integer> other = AsyncQueue.unbounded();
          var taker = spawn("taker", other::take);
          yieldNow();
          assertThat(other).hasToString("AsyncQueue[0 putters=0 takers=1]");
          other.close();
          assertThat(other).hasToString("AsyncQueue[0 closed putters=0 takers=0]");
          assertThatExceptionOfType(QueueClosedException.class).isThrownBy(() -> await(taker));
        });
  }

  @Ports("test_queues.QueueGetTests.test_blocking_get_wait")
  @Test
  void shouldWaitForAnItemWhenEmpty() {
    Virtually.run(
        () -> {
          AsyncQueue<String> queue = AsyncQueue.unbounded();
          Loop.current().callLater(Duration.ofSeconds(5), () -> queue.offer("late"));
          assertThat(queue.take()).isEqualTo("late");
          assertThat(Loop.current().time()).isEqualTo(Duration.ofSeconds(5));
        });
  }

  @Ports("test_queues.QueuePutTests.test_blocking_put_wait")
  @Test
  void shouldWaitForRoomWhenFull() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(1);
          List<String> events = new ArrayList<>();
          var putter =
              spawn(
                  () -> {
                    queue.put(1);
                    events.add("put 1");
                    queue.put(2);
                    events.add("put 2");
                  });
          turns(3);
          assertThat(events).containsExactly("put 1");
          assertThat(queue.take()).isEqualTo(1);
          await(putter);
          assertThat(events).containsExactly("put 1", "put 2");
          assertThat(queue.take()).isEqualTo(2);
        });
  }

  @Ports("test_queues.QueueGetTests.test_get_with_putters")
  @Ports("test_queues.QueueGetTests.test_get_with_waiting_putters")
  @Ports("test_queues.QueuePutTests.test_why_are_putters_waiting")
  @Test
  void shouldAdmitWaitingPuttersInOrderWhenRoomComes() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(1);
          for (int n = 0; n < 5; n++) {
            int item = n;
            spawn(() -> queue.put(item));
          }
          turns(2);
          List<Integer> taken = new ArrayList<>();
          for (int n = 0; n < 5; n++) {
            // Never waits: the place of what is taken is filled in the same step.
            taken.add(queue.poll());
          }
          assertThat(taken).containsExactly(0, 1, 2, 3, 4);
        });
  }

  @Ports("test_queues.QueueGetTests.test_why_are_getters_waiting")
  @Test
  void shouldServeTakersInOrderWhenItemsArrive() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.unbounded();
          List<String> events = new ArrayList<>();
          for (String name : List.of("a", "b", "c")) {
            spawn(name, () -> events.add(name + queue.take()));
          }
          yieldNow();
          queue.put(1);
          queue.put(2);
          queue.put(3);
          turns(2);
          assertThat(events).containsExactly("a1", "b2", "c3");
        });
  }

  @Ports("trio.test_channel.test_channel_fairness")
  @Test
  void shouldNotLetALateTakerOvertakeWhenAnItemWasHandedOver() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.unbounded();
          var first = spawn("first", queue::take);
          yieldNow();
          queue.put(1);
          // The first taker has been woken but has not run: the item is its own already.
          assertThat(queue.poll()).isNull();
          var second = spawn("second", queue::take);
          queue.put(2);
          assertThat(await(first)).isEqualTo(1);
          assertThat(await(second)).isEqualTo(2);
        });
  }

  @Ports("trio.test_channel.test_channel_fairness")
  @Test
  void shouldNotLetALatePutterOvertakeWhenAnotherWaits() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(1);
          queue.put(1);
          var waiting = spawn(() -> queue.put(2));
          yieldNow();
          assertThat(queue.take()).isEqualTo(1);
          // The room went to the one that waited, although it has not run since.
          assertThat(queue.offer(3)).isFalse();
          assertThat(queue.take()).isEqualTo(2);
          await(waiting);
        });
  }

  @Test
  void shouldGiveEachItemToOneTaskWhenSeveralIterate() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(3);
          List<Integer> seen = new ArrayList<>();
          group(
              g -> {
                for (int n = 0; n < 4; n++) {
                  g.spawn(
                      () -> {
                        for (int item : queue) {
                          seen.add(item);
                          sleep(Duration.ofMillis(item % 3));
                        }
                      });
                }
                for (int n = 0; n < 100; n++) {
                  queue.put(n);
                }
                queue.close();
              });
          assertThat(seen).hasSize(100).doesNotHaveDuplicates();
        });
  }

  @Test
  void shouldLeaveTheQueueAsItIsWhenALoopEndsEarly() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.unbounded();
          queue.put(1);
          queue.put(2);
          for (int item : queue) {
            assertThat(item).isEqualTo(1);
            break;
          }
          assertThat(queue.take()).isEqualTo(2);
          queue.close();
          Iterator<Integer> rest = queue.iterator();
          assertThat(rest.hasNext()).isFalse();
          assertThatExceptionOfType(NoSuchElementException.class)
              .isThrownBy(rest::next)
              .withMessageContaining("queue is closed and empty: queue=AsyncQueue[0 closed");
        });
  }

  @Test
  void shouldNotLoseAnItemWhenHasNextIsAskedTwice() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.unbounded();
          queue.put(1);
          queue.put(2);
          Iterator<Integer> items = queue.iterator();
          assertThat(items.hasNext()).isTrue();
          assertThat(items.hasNext()).isTrue();
          assertThat(items.next()).isEqualTo(1);
          assertThat(items.next()).isEqualTo(2);
        });
  }

  @Test
  void shouldSayTheRemedyWhenTheCapacityIsNotPositive() {
    Virtually.run(
        () ->
            assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> AsyncQueue.bounded(0))
                .withMessage(
                    "queue capacity must be positive: capacity=0; use AsyncQueue.unbounded() for no"
                        + " limit"));
  }

  @Test
  @SuppressWarnings("NullAway") // Null is what the test is about.
  void shouldRefuseNullWhenPutOrOffered() {
    Virtually.run(
        () -> {
          AsyncQueue<String> queue = AsyncQueue.unbounded();
          assertThatExceptionOfType(NullPointerException.class).isThrownBy(() -> queue.put(null));
          assertThatExceptionOfType(NullPointerException.class).isThrownBy(() -> queue.offer(null));
          assertThat(queue.isEmpty()).isTrue();
        });
  }

  @Test
  void shouldRefuseWhenMadeOffALoop() {
    assertThatIllegalStateException()
        .isThrownBy(AsyncQueue::unbounded)
        .withMessageContaining("no loop runs on this thread");
  }

  @Test
  void shouldSayTheRemedyWhenUsedOnAnotherThread() {
    AtomicReference<AsyncQueue<Integer>> made = new AtomicReference<>();
    try (Loop loop = Loop.start("elsewhere")) {
      AsyncQueue<Integer> queue =
          await(
              loop.submit(
                  () -> {
                    AsyncQueue<Integer> mine = AsyncQueue.unbounded();
                    made.set(mine);
                    return mine;
                  }));
      String remedy =
          "on a wrong thread: thread="
              + Thread.currentThread().getName()
              + " loop=elsewhere; use forThreads(), or hand it over with Loop.execute(...)";
      assertThatIllegalStateException()
          .isThrownBy(() -> queue.put(1))
          .withMessage("put() " + remedy);
      assertThatIllegalStateException().isThrownBy(queue::take).withMessage("take() " + remedy);
      assertThatIllegalStateException().isThrownBy(queue::poll).withMessage("poll() " + remedy);
      assertThatIllegalStateException()
          .isThrownBy(() -> queue.offer(1))
          .withMessage("offer() " + remedy);
      assertThatIllegalStateException().isThrownBy(queue::close).withMessage("close() " + remedy);
      assertThatIllegalStateException().isThrownBy(queue::join).withMessage("join() " + remedy);
      assertThatIllegalStateException()
          .isThrownBy(queue::taskDone)
          .withMessage("taskDone() " + remedy);
    }
  }

  @Test
  void shouldWorkOutsideATaskWhenThereIsNothingToWaitFor() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(1);
          Deferred<String> seen = new Deferred<>();
          Loop.current()
              .callSoon(
                  () -> {
                    queue.put(1);
                    int item = queue.take();
                    queue.offer(2);
                    try {
                      queue.put(3);
                    } catch (IllegalStateException full) {
                      seen.complete(item + " " + full.getMessage());
                    }
                  });
          assertThat(await(seen))
              .startsWith("1 put() in a callback of the loop: thread=")
              .endsWith("only a task can wait: spawn one with Treadle.spawn(...)");
          assertThat(queue.take()).isEqualTo(2);
          assertThat(queue.isEmpty()).isTrue();
        });
  }
}
