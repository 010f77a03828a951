package dev.treadle.offload.process;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.treadle.offload.NotSendableException;
import dev.treadle.queue.QueueClosedException;
import dev.treadle.testing.TestClock;
import dev.treadle.testing.TreadleTest;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In its home, in tasks of a loop. */
@Timeout(120)
class ProcessQueueTest {
  @TreadleTest(clock = TestClock.REAL)
  void shouldGiveCopiesInOrderAndEndWhenClosedAndDrained() {
    ProcessQueue<List<String>> queue = ProcessQueue.bounded(3);
    List<String> item = new ArrayList<>(List.of("a"));
    queue.put(item);
    item.add("changed after the put");
    queue.put(List.of("b"));
    queue.close();
    assertThat(queue.isClosed()).isTrue();
    List<List<String>> taken = new ArrayList<>();
    queue.forEach(taken::add);
    assertThat(taken).containsExactly(List.of("a"), List.of("b"));
    assertThatExceptionOfType(QueueClosedException.class)
        .isThrownBy(queue::take)
        .withMessageContaining("take() refused: queue=ProcessQueue[")
        .withMessageContaining(" is closed; ");
    assertThatExceptionOfType(QueueClosedException.class).isThrownBy(() -> queue.put(List.of()));
    assertThatExceptionOfType(QueueClosedException.class)
        .isThrownBy(() -> queue.poll(Duration.ofSeconds(1)));
    assertThat(queue.offer(List.of())).isFalse();
    assertThat(queue.poll()).isNull();
    assertThatExceptionOfType(NoSuchElementException.class)
        .isThrownBy(() -> queue.iterator().next());
  }

  @TreadleTest(clock = TestClock.REAL)
  void shouldSuspendAPutWhileFullAndServeInOrder() {
    ProcessQueue<Integer> queue = ProcessQueue.bounded(1);
    List<Integer> done = new ArrayList<>();
    queue.put(1);
    assertThat(queue.offer(9)).isFalse();
    var second =
        spawn(
            () -> {
              queue.put(2);
              done.add(2);
            });
    var third =
        spawn(
            () -> {
              queue.put(3);
              done.add(3);
            });
    yieldNow();
    yieldNow();
    assertThat(done).isEmpty();
    assertThat(queue)
        .hasToString(
            "ProcessQueue["
                + queue.handle().id()
                + " home="
                + ProcessHandle.current().pid()
                + " 1/1 putters=2 takers=0]");
    assertThat(queue.take()).isEqualTo(1);
    await(second);
    assertThat(done).containsExactly(2);
    assertThat(queue.take()).isEqualTo(2);
    await(third);
    assertThat(queue.take()).isEqualTo(3);
    queue.close();
  }

  @TreadleTest(clock = TestClock.REAL)
  void shouldLoseNothingToTakersThatGiveUp() {
    ProcessQueue<Integer> queue = ProcessQueue.bounded(10);
    assertThat(queue.poll(Duration.ofMillis(1))).isNull();
    assertThat(
            moveOnAfter(
                Duration.ofMillis(1),
                () -> {
                  queue.take();
                }))
        .isFalse();
    var taker = spawn(queue::take);
    yieldNow();
    taker.cancel();
    assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(taker));
    assertThat(queue.toString()).contains("takers=0");
    queue.put(1);
    assertThat(queue.take()).isEqualTo(1);
    queue.close();
  }

  @TreadleTest(clock = TestClock.REAL)
  void shouldWithdrawAPutThatIsOutOfTime() {
    ProcessQueue<Integer> queue = ProcessQueue.bounded(1);
    assertThat(queue.offer(1, Duration.ZERO)).isTrue();
    assertThat(queue.offer(2, Duration.ofMillis(1))).isFalse();
    assertThat(queue.poll()).isEqualTo(1);
    assertThat(queue.poll()).isNull();
    queue.close();
  }

  @TreadleTest(clock = TestClock.REAL)
  void shouldFailOnlyThePutOfWhatCannotBeSent() {
    // test_queue_feeder_on_queue_feeder_error: it neither wedges the queue nor takes room.
    ProcessQueue<Object> queue = ProcessQueue.bounded(1);
    for (int i = 0; i < 20; i++) {
      assertThatExceptionOfType(NotSendableException.class)
          .isThrownBy(() -> queue.put(new Thread()))
          .withMessageContaining("put() of what cannot be sent")
          .withMessageContaining("java.lang.Thread");
    }
    queue.put("good");
    assertThat(queue.take()).isEqualTo("good");
    queue.close();
  }

  record Hostile(String text) implements Serializable {}

  @TreadleTest(clock = TestClock.REAL)
  void shouldFailOnlyTheTakeOfWhatAFilterRefuses() {
    ProcessQueue<Object> queue = ProcessQueue.unbounded();
    queue.put(new Hostile("x"));
    queue.put("good");
    queue.filter(
        info ->
            info.serialClass() == Hostile.class
                ? java.io.ObjectInputFilter.Status.REJECTED
                : java.io.ObjectInputFilter.Status.UNDECIDED);
    assertThatExceptionOfType(java.io.UncheckedIOException.class)
        .isThrownBy(queue::take)
        .withMessageContaining("take() of what cannot be read here: from=ProcessQueue[");
    assertThat(queue.take()).isEqualTo("good");
    queue.close();
  }

  @TreadleTest(clock = TestClock.REAL)
  void shouldEndWaitsWhenClosed() {
    ProcessQueue<Integer> queue = ProcessQueue.bounded(1);
    var taker =
        spawn(
            () -> {
              try {
                return queue.take();
              } catch (QueueClosedException closed) {
                return -1;
              }
            });
    yieldNow();
    queue.close();
    assertThat(await(taker)).isEqualTo(-1);

    ProcessQueue<Integer> full = ProcessQueue.bounded(1);
    full.put(1);
    var putter =
        spawn(
            () -> {
              try {
                full.put(2);
                return "put";
              } catch (QueueClosedException closed) {
                return "refused";
              }
            });
    yieldNow();
    full.close();
    assertThat(await(putter)).isEqualTo("refused");
    assertThat(full).containsExactly(1);
  }

  @TreadleTest(clock = TestClock.REAL)
  void shouldDropWhatIsThereWhenClosedNow() {
    ProcessQueue<Integer> queue = ProcessQueue.bounded(5);
    queue.put(1);
    queue.closeNow();
    assertThat(queue).isEmpty();
  }

  @TreadleTest
  void shouldLetAVirtualClockRunWhileATaskSleeps() {
    ProcessQueue<Integer> queue = ProcessQueue.bounded(5);
    var taker = spawn(queue::take);
    sleep(Duration.ofHours(1));
    queue.put(7);
    assertThat(await(taker)).isEqualTo(7);
    queue.close();
  }

  @Test
  void shouldRefuseACapacityOfNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProcessQueue.bounded(0))
        .withMessage(
            "queue capacity must be positive: capacity=0; use ProcessQueue.unbounded() for no limit");
  }
}
