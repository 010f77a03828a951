package dev.treadle.queue;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.withTimeout;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.Virtually.turns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.CancelScope;
import dev.treadle.DeadlineExceededException;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Virtually;
import dev.treadle.conformance.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Cancellation, above all in the same turn as a wake-up: nothing is lost, nothing comes twice. */
class AsyncQueueCancelTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Ports("test_queues.QueueGetTests.test_get_cancelled")
  @Test
  void shouldLeaveTheItemWhenATakeTimesOutBeforeIt() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.unbounded();
          Loop.current().callLater(SECOND.multipliedBy(2), () -> queue.offer(1));
          assertThatExceptionOfType(DeadlineExceededException.class)
              .isThrownBy(() -> withTimeout(SECOND, queue::take));
          assertThat(queue).hasToString("AsyncQueue[0 putters=0 takers=0]");
          assertThat(queue.take()).isEqualTo(1);
        });
  }

  @Ports("test_queues.QueueGetTests.test_get_cancelled_race")
  @Test
  void shouldKeepTheItemWhenCancelledAfterTheWakeUp() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.unbounded();
          List<String> events = new ArrayList<>();
          var first =
              spawn(
                  () -> {
                    events.add("took " + queue.take());
                    yieldNow();
                    events.add("not cancelled");
                  });
          var second = spawn(queue::take);
          turns(2);
          queue.put(1);
          first.cancel();
          turns(3);
          assertThat(events).containsExactly("took 1");
          assertThat(first.isCancelled()).isTrue();
          assertThat(second.isDone()).isFalse();
          queue.put(2);
          assertThat(await(second)).isEqualTo(2);
        });
  }

  @Test
  void shouldGiveTheItemToTheNextWhenCancelledBeforeTheWakeUp() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.unbounded();
          var first = spawn(queue::take);
          var second = spawn(queue::take);
          turns(2);
          first.cancel();
          queue.put(1);
          assertThat(await(second)).isEqualTo(1);
          assertThat(first.isCancelled()).isTrue();
          assertThat(queue.isEmpty()).isTrue();
        });
  }

  @Ports("test_queues.QueuePutTests.test_get_cancel_drop_one_pending_reader")
  @Ports("test_queues.QueuePutTests.test_get_cancel_drop_many_pending_readers")
  @Test
  void shouldLoseNothingWhenManyPendingTakersAreCancelled() {
    for (int cancelled = 0; cancelled <= 4; cancelled++) {
      int victims = cancelled;
      Virtually.run(
          () -> {
            AsyncQueue<Integer> queue = AsyncQueue.unbounded();
            List<Integer> taken = new ArrayList<>();
            List<Task<?>> takers = new ArrayList<>();
            for (int n = 0; n < 4; n++) {
              takers.add(spawn(() -> taken.add(queue.take())));
            }
            turns(2);
            queue.put(1);
            queue.put(2);
            takers.subList(0, victims).forEach(Task::cancel);
            queue.put(3);
            queue.put(4);
            turns(3);
            for (Integer item = queue.poll(); item != null; item = queue.poll()) {
              taken.add(item);
            }
            assertThat(taken).containsExactlyInAnyOrder(1, 2, 3, 4);
          });
    }
  }

  @Ports("test_queues.QueueGetTests.test_cancelled_getters_not_being_held_in_self_getters")
  @Test
  void shouldHoldNoWaiterWhenTakesTimeOut() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(5);
          for (int n = 0; n < 10; n++) {
            assertThat(moveOnAfter(SECOND, queue::take)).isEmpty();
          }
          assertThat(queue).hasToString("AsyncQueue[0/5 putters=0 takers=0]");
        });
  }

  @Ports("test_queues.QueuePutTests.test_put_cancelled")
  @Ports("test_queues.QueuePutTests.test_cancelled_puts_not_being_held_in_self_putters")
  @Test
  void shouldHoldNoPutterWhenPutsTimeOut() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(1);
          queue.put(0);
          for (int n = 1; n < 10; n++) {
            int item = n;
            assertThat(moveOnAfter(SECOND, () -> queue.put(item))).isFalse();
          }
          assertThat(queue).hasToString("AsyncQueue[1/1 putters=0 takers=0]");
          assertThat(queue.take()).isZero();
          assertThat(queue.poll()).isNull();
        });
  }

  @Ports("test_queues.QueuePutTests.test_put_cancelled_race")
  @Test
  void shouldKeepTheItemInWhenAPutterIsCancelledAfterItsWakeUp() {
    Virtually.run(
        () -> {
          List<Integer> undelivered = new ArrayList<>();
          AsyncQueue<Integer> queue =
              AsyncQueue.<Integer>bounded(1).onUndelivered(undelivered::add);
          queue.put(1);
          var admitted = spawn(() -> queue.put(2));
          var waiting = spawn(() -> queue.put(3));
          turns(2);
          assertThat(queue.take()).isEqualTo(1);
          admitted.cancel();
          turns(2);
          // It had been accepted: the put returned, and there was no further suspension to cancel.
          assertThat(admitted.isCancelled()).isFalse();
          assertThat(queue.take()).isEqualTo(2);
          await(waiting);
          assertThat(queue.take()).isEqualTo(3);
          assertThat(undelivered).isEmpty();
        });
  }

  @Test
  void shouldNotUseTheRoomWhenAPutterIsCancelledBeforeIt() {
    Virtually.run(
        () -> {
          List<Integer> undelivered = new ArrayList<>();
          AsyncQueue<Integer> queue =
              AsyncQueue.<Integer>bounded(1).onUndelivered(undelivered::add);
          queue.put(1);
          var cancelled = spawn(() -> queue.put(2));
          var waiting = spawn(() -> queue.put(3));
          turns(2);
          cancelled.cancel();
          assertThat(queue.take()).isEqualTo(1);
          await(waiting);
          assertThat(queue.take()).isEqualTo(3);
          assertThat(undelivered).containsExactly(2);
        });
  }

  @Ports("test_queues.QueuePutTests.test_cancelled_put_silence_value_error_exception")
  @Test
  void shouldEndAsCancelledWhenAPutterIsCancelledAsTheQueueCloses() {
    Virtually.run(
        () -> {
          List<Integer> undelivered = new ArrayList<>();
          AsyncQueue<Integer> queue =
              AsyncQueue.<Integer>bounded(1).onUndelivered(undelivered::add);
          queue.put(1);
          var putter = spawn(() -> queue.put(2));
          yieldNow();
          putter.cancel();
          queue.close();
          turns(2);
          assertThat(putter.isCancelled()).isTrue();
          assertThat(undelivered).containsExactly(2);
        });
  }

  // Every item ends in exactly one place.
  @Ports("kotlinx.ChannelUndeliveredElementTest")
  @Test
  void shouldTellTheHookOnceWhenAnItemIsNotDelivered() {
    Virtually.run(
        () -> {
          List<String> undelivered = new ArrayList<>();
          AsyncQueue<String> queue = AsyncQueue.<String>bounded(1).onUndelivered(undelivered::add);
          var cancelledFromTheStart =
              spawn(
                  () -> {
                    CancelScope scope = new CancelScope();
                    scope.cancel();
                    scope.run(() -> queue.put("in a cancelled scope"));
                  });
          await(cancelledFromTheStart);
          assertThat(undelivered).containsExactly("in a cancelled scope");

          queue.put("dropped by closeNow");
          var suspended = spawn(() -> queue.put("met the close"));
          yieldNow();
          queue.closeNow();
          assertThatExceptionOfType(QueueClosedException.class).isThrownBy(() -> await(suspended));
          assertThatExceptionOfType(QueueClosedException.class)
              .isThrownBy(() -> queue.put("after the close"));
          assertThat(queue.offer("stays the caller's")).isFalse();
          assertThat(undelivered)
              .containsExactly(
                  "in a cancelled scope",
                  "dropped by closeNow",
                  "met the close",
                  "after the close");
        });
  }

  @Ports("kotlinx.ChannelUndeliveredElementTest")
  @Test
  void shouldReportWhatTheHookThrowsWhenItFails() {
    List<String> reported = new ArrayList<>();
    Virtually.loop()
        .onFailure((source, failure) -> reported.add(source + ": " + failure.getMessage()))
        .run(
            () -> {
              AsyncQueue<Integer> queue =
                  AsyncQueue.<Integer>unbounded()
                      .onUndelivered(
                          item -> {
                            throw new IllegalStateException("hook of " + item);
                          });
              queue.put(1);
              queue.put(2);
              queue.closeNow();
              assertThat(queue.isEmpty()).isTrue();
            });
    assertThat(reported).hasSize(2);
    assertThat(reported.get(0)).startsWith("onUndelivered of AsyncQueue[").endsWith("hook of 1");
    assertThat(reported.get(1)).endsWith("hook of 2");
  }

  @Test
  void shouldThrowEvenWithAnItemThereWhenTheScopeIsCancelled() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.unbounded();
          queue.put(1);
          CancelScope scope = new CancelScope();
          scope.cancel();
          assertThat(scope.<@Nullable Integer, RuntimeException>run(queue::take)).isEmpty();
          assertThat(scope.cancelledCaught()).isTrue();
          assertThat(queue.take()).isEqualTo(1);
        });
  }

  @Test
  void shouldForgetAJoinerWhenItIsCancelled() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.unbounded();
          queue.put(1);
          assertThat(moveOnAfter(SECOND, queue::join)).isFalse();
          var patient = spawn(queue::join);
          yieldNow();
          queue.take();
          queue.taskDone();
          await(patient);
          assertThat(patient.isCancelled()).isFalse();
        });
  }

  @Ports(
      value = "trio.test_channel.test_close_multiple_send_handles",
      differs = "a queue has no handles: each sender is stopped by its own scope")
  @Test
  void shouldLeaveTheOtherSendersAloneWhenOneIsStopped() {
    Virtually.run(
        () -> {
          AsyncQueue<String> queue = AsyncQueue.bounded(1);
          queue.put("there");
          CancelScope first = new CancelScope();
          var stopped = spawn(() -> first.run(() -> queue.put("nope")));
          var other = spawn(() -> queue.put("ok"));
          yieldNow();
          first.cancel();
          await(stopped);
          assertThat(first.cancelledCaught()).isTrue();
          assertThat(queue.take()).isEqualTo("there");
          assertThat(queue.take()).isEqualTo("ok");
          await(other);
          assertThat(queue.isEmpty()).isTrue();
        });
  }
}
