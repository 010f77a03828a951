package dev.treadle.offload.process;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.testing.TestClock;
import dev.treadle.testing.TreadleTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Queues and pipes with real processes, which die, too. */
@Timeout(240)
class ChildrenTest {
  @TreadleTest(clock = TestClock.REAL)
  void shouldTakeWhatChildrenPut() {
    ProcessQueue<Integer> queue = ProcessQueue.bounded(1000);
    try (WorkerProcess one = WorkerProcess.start("one", () -> Steps.count(queue, 0, 20_000));
        WorkerProcess two = WorkerProcess.start("two", () -> Steps.count(queue, 100_000, 20_000))) {
      spawn(
          () -> {
            // What they have put is in the queue when they have ended.
            assertThat(List.of(one.join(), two.join())).containsExactly(0, 0);
            queue.close();
          });
      int[] next = {0, 100_000};
      for (int item : queue) {
        assertThat(item).isEqualTo(next[item / 100_000]++);
      }
      assertThat(next).containsExactly(20_000, 120_000);
    }
  }

  @TreadleTest(clock = TestClock.REAL)
  void shouldWaitOnALoopInTheChildToo() {
    try (ProcessQueue<Integer> in = ProcessQueue.bounded(10);
        ProcessQueue<Integer> out = ProcessQueue.bounded(1);
        WorkerProcess child =
            WorkerProcess.builder()
                .flags(
                    "--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED",
                    "--add-opens=java.base/java.lang=ALL-UNNAMED",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow")
                .start("summing", () -> Steps.sumOnALoop(in, out))) {
      for (int i = 1; i <= 1000; i++) {
        in.put(i);
      }
      in.close();
      assertThat(out.take()).isEqualTo(500_500);
      assertThat(child.join()).isZero();
    }
  }

  @Test
  void shouldGiveTheItemsOfAKilledConsumerToTheNext() {
    try (ProcessQueue<Integer> items = ProcessQueue.bounded(1000);
        ProcessQueue<Long> ready = ProcessQueue.bounded(1)) {
      List<Integer> left = new ArrayList<>();
      try (WorkerProcess consumer =
          WorkerProcess.start(
              "consumer",
              () -> {
                int first = items.take();
                ready.put((long) first);
                while (true) {
                  items.take();
                }
              })) {
        items.put(0);
        assertThat(ready.take()).isZero();
        for (int i = 1; i <= 1000; i++) {
          items.put(i);
        }
        consumer.kill();
        assertThat(consumer.join()).isEqualTo(137);
      }
      items.close();
      items.forEach(left::add);
      // What it has not received is all there, once, without a gap; the one that was on its way
      // comes when its death is seen, in this loop perhaps.
      int first = 1001 - left.size();
      assertThat(left)
          .containsExactlyInAnyOrderElementsOf(IntStream.range(first, 1001).boxed().toList());
    }
  }

  @Test
  void shouldFreeTheRoomOfAKilledProducer() {
    try (ProcessQueue<byte[]> queue = ProcessQueue.bounded(64)) {
      try (WorkerProcess producer =
          WorkerProcess.start(
              "producer",
              () -> {
                while (true) {
                  queue.put(new byte[300_000]);
                }
              })) {
        for (int i = 0; i < 10; i++) {
          assertThat(queue.take()).hasSize(300_000);
        }
        // In the middle of something, mostly.
        producer.kill();
        assertThat(producer.join()).isEqualTo(137);
      }
      for (byte[] item = queue.poll(Duration.ofMillis(200));
          item != null;
          item = queue.poll(Duration.ofMillis(200))) {
        assertThat(item).hasSize(300_000);
      }
      for (int i = 0; i < 64; i++) {
        assertThat(queue.offer(new byte[] {(byte) i}, Duration.ofSeconds(60))).isTrue();
      }
      assertThat(queue.take()).containsExactly(0);
    }
  }

  @Test
  void shouldTalkToAChildThroughAPipe() {
    try (Pipe<String> pipe = Pipe.open()) {
      PipeEnd<String> theirs = pipe.right();
      try (WorkerProcess child = WorkerProcess.start("echo", () -> Steps.echo(theirs))) {
        pipe.left().send("hello");
        assertThat(pipe.left().receive()).isEqualTo("HELLO");
        pipe.left().closeOutput();
        assertThat(pipe.left().receive()).isNull();
        assertThat(child.join()).isZero();
      }
    }
  }

  @TreadleTest(clock = TestClock.REAL)
  void shouldSeeTheDeathOfAChildAtItsPipe() {
    try (Pipe<String> pipe = Pipe.open();
        Pipe<String> unused = Pipe.open()) {
      PipeEnd<String> theirs = pipe.right();
      PipeEnd<String> never = unused.right();
      try (WorkerProcess child =
          WorkerProcess.start(
              "dying",
              () -> {
                theirs.send("alive");
                theirs.receive();
                never.send("never said");
              })) {
        assertThat(pipe.left().receive()).isEqualTo("alive");
        var receiving = spawn(() -> pipe.left().receive());
        child.kill();
        assertThat(await(receiving)).isNull();
        assertThatExceptionOfType(PeerLostException.class)
            .isThrownBy(() -> pipe.left().send("are you there?"));
        // It was killed before it has used this one.
        assertThat(unused.left().receive()).isNull();
      }
    }
  }

  @Test
  void shouldConnectTwoChildren() {
    try (Pipe<String> pipe = Pipe.open();
        ProcessQueue<String> answers = ProcessQueue.bounded(1)) {
      PipeEnd<String> one = pipe.left();
      PipeEnd<String> other = pipe.right();
      try (WorkerProcess echo = WorkerProcess.start("echo", () -> Steps.echo(other));
          WorkerProcess asking =
              WorkerProcess.start(
                  "asking",
                  () -> {
                    one.send("a");
                    answers.put(one.receive());
                    one.close();
                  })) {
        assertThat(answers.take()).isEqualTo("A");
        assertThat(asking.join()).isZero();
        assertThat(echo.join()).isZero();
      }
    }
  }
}
