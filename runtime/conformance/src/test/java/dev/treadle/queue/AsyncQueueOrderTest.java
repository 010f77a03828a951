package dev.treadle.queue;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.Virtually.turns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.treadle.Task;
import dev.treadle.Virtually;
import dev.treadle.conformance.Ports;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Queues that are not FIFO. */
class AsyncQueueOrderTest {
  private static final Comparator<String> BY_LENGTH = Comparator.comparingInt(String::length);

  private static <E> List<E> drain(AsyncQueue<E> queue) {
    List<E> items = new ArrayList<>();
    queue.close();
    queue.forEach(items::add);
    return items;
  }

  @Ports("test_queues.LifoQueueTests.test_order")
  @Test
  void shouldGiveTheLastFirstWhenLifo() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.lifo();
          queue.put(1);
          queue.put(3);
          queue.put(2);
          assertThat(queue.take()).isEqualTo(2);
          queue.put(4);
          assertThat(drain(queue)).containsExactly(4, 3, 1);
        });
  }

  @Ports("test_queues.PriorityQueueTests.test_order")
  @Test
  void shouldGiveTheSmallestFirstWhenByPriority() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.priority(Comparator.naturalOrder());
          for (int item : new int[] {4, 1, 3, 5, 2}) {
            queue.put(item);
          }
          assertThat(queue.size()).isEqualTo(5);
          assertThat(drain(queue)).containsExactly(1, 2, 3, 4, 5);
        });
  }

  @Test
  void shouldKeepTheOrderOfEqualItemsWhenByPriority() {
    Virtually.run(
        () -> {
          AsyncQueue<String> queue = AsyncQueue.priority(BY_LENGTH);
          for (String item : List.of("bb", "a", "cc", "d", "ee", "ff", "g", "hh")) {
            queue.put(item);
          }
          assertThat(drain(queue)).containsExactly("a", "d", "g", "bb", "cc", "ee", "ff", "hh");
        });
  }

  @Test
  void shouldAdmitPuttersInOrderWhenAFullQueueGetsRoom() {
    Virtually.run(
        () -> {
          AsyncQueue<String> queue = AsyncQueue.priority(1, BY_LENGTH);
          AsyncQueue<String> lifo = AsyncQueue.lifo(1);
          List<Task<?>> putters = new ArrayList<>();
          for (String item : List.of("bb", "ccc", "a")) {
            putters.add(spawn(() -> queue.put(item)));
            putters.add(spawn(() -> lifo.put(item)));
          }
          yieldNow();
          assertThat(queue.take()).isEqualTo("bb");
          assertThat(queue.take()).isEqualTo("ccc");
          assertThat(queue.take()).isEqualTo("a");
          assertThat(lifo.take()).isEqualTo("bb");
          assertThat(lifo.take()).isEqualTo("ccc");
          assertThat(lifo.take()).isEqualTo("a");
          putters.forEach(putter -> await(putter));
          assertThat(queue.capacity()).isEqualTo(1);
        });
  }

  @Test
  void shouldHandToTheTakerThatWaitsWhateverComesLater() {
    Virtually.run(
        () -> {
          AsyncQueue<String> queue = AsyncQueue.priority(BY_LENGTH);
          Task<String> taker = spawn(queue::take);
          yieldNow();
          queue.put("long");
          queue.put("s");
          assertThat(await(taker)).isEqualTo("long");
          assertThat(queue.poll()).isEqualTo("s");
        });
  }

  @Ports("test_queues.test_queues.PriorityQueueJoinTests")
  @Ports("test_queues.LifoQueueJoinTests.test_task_done")
  @Ports("test_queues._QueueShutdownTestMixin.test_shutdown_nonempty")
  @Test
  void shouldJoinAndDrainAsOthersDo() {
    for (boolean lifo : new boolean[] {true, false}) {
      Virtually.run(
          () -> {
            AsyncQueue<Integer> queue =
                lifo ? AsyncQueue.lifo() : AsyncQueue.priority(Comparator.naturalOrder());
            queue.put(1);
            queue.put(2);
            Task<?> joiner = spawn(queue::join);
            queue.close();
            assertThatExceptionOfType(QueueClosedException.class).isThrownBy(() -> queue.put(3));
            for (int item : queue) {
              assertThat(joiner.isDone()).isFalse();
              assertThat(item).isPositive();
              queue.taskDone();
            }
            turns(2);
            assertThat(joiner.isDone()).isTrue();
          });
    }
  }

  @Test
  void shouldCountNoItemWhenTheComparatorRefusesIt() {
    Virtually.run(
        () -> {
          AsyncQueue<Object> queue =
              AsyncQueue.priority((a, b) -> ((String) a).compareTo((String) b));
          queue.put("a");
          assertThatExceptionOfType(ClassCastException.class).isThrownBy(() -> queue.put(1));
          assertThat(queue.take()).isEqualTo("a");
          queue.taskDone();
          queue.join();
        });
  }

  @Test
  void shouldRefuseACapacityThatIsNotPositive() {
    Virtually.run(
        () -> {
          assertThatIllegalArgumentException().isThrownBy(() -> AsyncQueue.lifo(0));
          assertThatIllegalArgumentException()
              .isThrownBy(() -> AsyncQueue.priority(-1, BY_LENGTH))
              .withMessageContaining("capacity=-1");
        });
  }
}
