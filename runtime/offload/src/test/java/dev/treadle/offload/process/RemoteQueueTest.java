package dev.treadle.offload.process;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.Loop;
import dev.treadle.Transport;
import dev.treadle.queue.QueueClosedException;
import dev.treadle.testing.TestClock;
import dev.treadle.testing.TreadleTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** By a socket, from where another process would be, on threads without a loop and in tasks. */
@Timeout(120)
class RemoteQueueTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @Test
  void shouldCarryManyItemsOfManyProducersInOrder() throws Exception {
    try (ProcessQueue<Integer> queue = ProcessQueue.bounded(100)) {
      List<CompletableFuture<Void>> producers = new ArrayList<>();
      for (int p = 0; p < 3; p++) {
        int from = p * 10_000;
        ProcessQueue<Integer> remote = Remotes.of(queue);
        producers.add(
            onThread(
                () -> {
                  for (int i = 0; i < 5_000; i++) {
                    remote.put(from + i);
                  }
                  return null;
                }));
      }
      int[] next = {0, 10_000, 20_000};
      for (int i = 0; i < 15_000; i++) {
        int item = queue.take();
        assertThat(item).isEqualTo(next[item / 10_000]++);
      }
      for (CompletableFuture<Void> producer : producers) {
        producer.join();
      }
      assertThat(queue.poll()).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void shouldWorkOnEachTransport(Transport transport) throws Exception {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        transport.isAvailable(), () -> transport + " is not on this machine");
    try (Loop loop = Loop.builder().name("home").transport(transport).start()) {
      await(
          loop.submit(
              () -> {
                ProcessQueue<String> queue = ProcessQueue.bounded(2);
                ProcessQueue<String> remote = Remotes.of(queue);
                var echo =
                    onThread(
                        () -> {
                          remote.put(remote.take() + "!");
                          return null;
                        });
                queue.put("hello");
                await(echo);
                assertThat(queue.take()).isEqualTo("hello!");
                queue.close();
                return null;
              }));
    }
  }

  @Test
  void shouldHoldUpAPutWhileFull() throws Exception {
    try (ProcessQueue<Integer> queue = ProcessQueue.bounded(2)) {
      ProcessQueue<Integer> remote = Remotes.of(queue);
      remote.put(1);
      remote.put(2);
      assertThat(remote.offer(3)).isFalse();
      assertThat(remote.offer(3, Duration.ofMillis(1))).isFalse();
      CompletableFuture<Void> third =
          onThread(
              () -> {
                remote.put(4);
                return null;
              });
      awaitText(queue, "putters=1");
      assertThat(third).isNotDone();
      assertThat(queue.take()).isEqualTo(1);
      third.join();
      assertThat(queue.take()).isEqualTo(2);
      assertThat(queue.take()).isEqualTo(4);
      assertThat(remote.offer(5)).isTrue();
      assertThat(queue.take()).isEqualTo(5);
    }
  }

  @Test
  void shouldCallBackRoomThatAnotherDoesNotUse() throws Exception {
    try (ProcessQueue<Integer> queue = ProcessQueue.bounded(64)) {
      ProcessQueue<Integer> idle = Remotes.of(queue);
      idle.put(0);
      awaitText(queue, "1/64");
      // It now holds promises that it makes no use of.
      for (int i = 1; i < 64; i++) {
        queue.put(i);
      }
      assertThat(queue.offer(64)).isFalse();
      for (int i = 0; i < 64; i++) {
        assertThat(queue.take()).isEqualTo(i);
      }
    }
  }

  @Test
  void shouldTakeInTurnAndGiveNullWhenNothingIsThere() throws Exception {
    try (ProcessQueue<Integer> queue = ProcessQueue.bounded(10)) {
      ProcessQueue<Integer> remote = Remotes.of(queue);
      assertThat(remote.poll()).isNull();
      assertThat(remote.poll(Duration.ofMillis(1))).isNull();
      queue.put(1);
      queue.put(2);
      queue.put(3);
      assertThat(remote.poll()).isEqualTo(1);
      assertThat(remote.take()).isEqualTo(2);
      assertThat(remote.poll(LONG)).isEqualTo(3);
    }
  }

  @Test
  void shouldEndEverywhereWhenClosedAndDrained() throws Exception {
    ProcessQueue<Integer> queue = ProcessQueue.bounded(10);
    ProcessQueue<Integer> producer = Remotes.of(queue);
    ProcessQueue<Integer> consumer = Remotes.of(queue);
    producer.put(1);
    producer.put(2);
    CompletableFuture<List<Integer>> consumed =
        onThread(
            () -> {
              List<Integer> all = new ArrayList<>();
              consumer.forEach(all::add);
              return all;
            });
    producer.put(3);
    producer.close();
    assertThat(queue.isClosed()).isTrue();
    assertThat(consumed.join()).containsExactly(1, 2, 3);
    assertThatExceptionOfType(QueueClosedException.class).isThrownBy(() -> producer.put(4));
    assertThatExceptionOfType(QueueClosedException.class).isThrownBy(consumer::take);
    assertThatExceptionOfType(QueueClosedException.class).isThrownBy(queue::take);
    assertThat(consumer.offer(1)).isFalse();
    consumer.close();
  }

  @Test
  void shouldKeepWhatWasPutBeforeTheHomeClosed() throws Exception {
    for (int round = 0; round < 50; round++) {
      ProcessQueue<Integer> queue = ProcessQueue.unbounded();
      ProcessQueue<Integer> producer = Remotes.of(queue);
      for (int i = 0; i < 100; i++) {
        producer.put(i);
      }
      // Some are still under way.
      queue.close();
      assertThat(queue).containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
    }
  }

  @Test
  void shouldTellEverybodyWhenTheHomeIsGone() throws Exception {
    Loop loop = Loop.start("home");
    ProcessQueue<Integer> queue = await(loop.submit(() -> ProcessQueue.<Integer>bounded(1)));
    ProcessQueue<Integer> consumer = Remotes.of(queue);
    ProcessQueue<Integer> producer = Remotes.of(queue);
    Path socket = Path.of(queue.handle().socket());
    assertThat(socket.getParent()).isDirectory();
    CompletableFuture<Integer> taking = onThread(consumer::take);
    CompletableFuture<Integer> takingAtHome = onThread(queue::take);
    awaitText(queue, "takers=2");
    loop.close();
    String lost = "take() failed: queue=";
    assertThat(taking)
        .failsWithin(LONG)
        .withThrowableThat()
        .withCauseInstanceOf(PeerLostException.class)
        .withMessageContaining(lost);
    assertThat(takingAtHome)
        .failsWithin(LONG)
        .withThrowableThat()
        .withCauseInstanceOf(PeerLostException.class)
        .withMessageContaining("has lost its home");
    assertThatExceptionOfType(PeerLostException.class).isThrownBy(() -> queue.put(1));
    assertThatExceptionOfType(PeerLostException.class)
        .isThrownBy(
            () -> {
              producer.put(1);
              producer.put(2);
            });
    assertThatExceptionOfType(PeerLostException.class).isThrownBy(producer::poll);
    assertThat(socket.getParent()).doesNotExist();
  }

  @Test
  void shouldRefuseWhoDoesNotKnowTheSecret() throws Exception {
    try (ProcessQueue<Integer> queue = ProcessQueue.bounded(1)) {
      Handle handle = queue.handle();
      Handle wrong =
          new Handle(
              handle.socket(), new byte[Handle.SECRET], 1, handle.id(), (byte) 0, 0, "wrong");
      ProcessQueue<Integer> stranger = new ProcessQueue<>(wrong, Remotes.port(wrong));
      assertThatExceptionOfType(PeerLostException.class).isThrownBy(stranger::take);
      queue.put(1);
      assertThat(queue.take()).isEqualTo(1);
      assertThat(Files.getPosixFilePermissions(Path.of(handle.socket()).getParent()))
          .extracting(Enum::name)
          .containsExactlyInAnyOrder("OWNER_READ", "OWNER_WRITE", "OWNER_EXECUTE");
    }
  }

  @TreadleTest(clock = TestClock.REAL)
  void shouldSuspendTasksAtTheFarSide() {
    ProcessQueue<Integer> queue = ProcessQueue.bounded(1);
    ProcessQueue<Integer> remote = Remotes.of(queue);
    var sum =
        spawn(
            () -> {
              int total = 0;
              for (int item : remote) {
                total += item;
              }
              return total;
            });
    ProcessQueue<Integer> producer = Remotes.of(queue);
    for (int i = 1; i <= 100; i++) {
      producer.put(i);
    }
    producer.close();
    assertThat(await(sum)).isEqualTo(5050);
  }

  @TreadleTest(clock = TestClock.REAL)
  void shouldGiveBackWhatComesForATaskThatGaveUp() {
    ProcessQueue<Integer> queue = ProcessQueue.bounded(10);
    ProcessQueue<Integer> remote = Remotes.of(queue);
    for (int i = 0; i < 100; i++) {
      boolean took =
          moveOnAfter(
              Duration.ofNanos(1),
              () -> {
                remote.take();
              });
      assertThat(took).isFalse();
    }
    for (int i = 0; i < 10; i++) {
      queue.put(i);
    }
    for (int i = 0; i < 10; i++) {
      assertThat(queue.take()).isBetween(0, 9);
    }
    queue.close();
  }

  @Test
  void shouldCarryLargeItems() throws Exception {
    try (ProcessQueue<byte[]> queue = ProcessQueue.bounded(4)) {
      ProcessQueue<byte[]> remote = Remotes.of(queue);
      byte[] large = new byte[20 << 20];
      large[large.length - 1] = 7;
      CompletableFuture<byte[]> echoed =
          onThread(
              () -> {
                remote.put(large);
                return remote.take();
              });
      queue.put(queue.take());
      assertThat(echoed.join()).isEqualTo(large);
    }
  }

  @Test
  void shouldKeepTheConnectionOfAThreadThatIsInterrupted() throws Exception {
    try (ProcessQueue<Integer> queue = ProcessQueue.bounded(100)) {
      ProcessQueue<Integer> remote = Remotes.of(queue);
      remote.put(0);
      assertThat(remote.take()).isZero();
      Thread.currentThread().interrupt();
      assertThatExceptionOfType(CompletionException.class)
          .isThrownBy(remote::take)
          .withMessageContaining("was interrupted");
      remote.put(1);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(remote.take()).isEqualTo(1);
    }
  }

  @Test
  void shouldLeaveNoFilesWhenTheLastOneEnds() throws Exception {
    try (Loop loop = Loop.start("home")) {
      Path directory =
          await(
              loop.submit(
                  () -> {
                    ProcessQueue<Integer> first = ProcessQueue.bounded(1);
                    Path place = Path.of(first.handle().socket()).getParent();
                    ProcessQueue<Integer> second = ProcessQueue.bounded(1);
                    assertThat(Path.of(second.handle().socket()).getParent()).isEqualTo(place);
                    first.close();
                    assertThat(place).exists();
                    second.put(1);
                    second.close();
                    assertThat(place).exists();
                    assertThat(second.take()).isEqualTo(1);
                    return place;
                  }));
      awaitGone(directory);
      await(
          loop.submit(
              () -> {
                try (ProcessQueue<Integer> other = ProcessQueue.bounded(1)) {
                  other.put(1);
                  assertThat(other.take()).isEqualTo(1);
                  assertThat(Path.of(other.handle().socket()).getParent()).isNotEqualTo(directory);
                }
                return null;
              }));
    }
  }

  static void awaitGone(Path directory) throws InterruptedException, IOException {
    while (Files.exists(directory)) {
      Thread.sleep(1);
    }
  }

  /** Until the test's own time limit. */
  static void awaitText(Object of, String text) throws InterruptedException {
    while (!of.toString().contains(text)) {
      Thread.sleep(1);
    }
  }

  static <T> CompletableFuture<T> onThread(Callable<T> body) {
    CompletableFuture<T> future = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                future.complete(body.call());
              } catch (Throwable failure) {
                future.completeExceptionally(failure);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return future;
  }
}
