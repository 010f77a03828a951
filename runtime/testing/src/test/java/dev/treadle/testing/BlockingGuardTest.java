package dev.treadle.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.treadle.Loop;
import dev.treadle.Treadle;
import dev.treadle.queue.AsyncQueue;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class BlockingGuardTest {
  private static final List<Violation> HEARD = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void install() {
    BlockingGuard.builder().onViolation(HEARD::add).install();
  }

  @Test
  void shouldRecordAndTellListenersWithoutJUnit() {
    HEARD.clear();
    List<Violation> violations;
    try (Recording recording = BlockingGuard.record()) {
      Loop.builder().run(() -> swallow());
      violations = recording.violations();
    }

    assertThat(violations).hasSize(1);
    assertThat(violations.getFirst().call()).isEqualTo("java.lang.Thread.sleep");
    assertThat(violations.getFirst().at().getClassName())
        .isEqualTo(BlockingGuardTest.class.getName());
    assertThat(HEARD).isEqualTo(violations);
  }

  @Test
  void shouldRecordInTheInnermostRecordingOfTheThread() {
    try (Recording outer = BlockingGuard.record()) {
      try (Recording inner = BlockingGuard.record()) {
        Loop.builder().run(() -> swallow());
        assertThat(inner.violations()).hasSize(1);
      }
      assertThat(outer.violations()).isEmpty();
      Loop.builder().run(() -> swallow());
      assertThat(outer.violations()).hasSize(1);
    }
  }

  @Test
  void shouldRecordNothingMoreWhenClosed() {
    Recording recording = BlockingGuard.record();
    recording.close();
    recording.close();

    Loop.builder().run(() -> swallow());

    assertThat(recording.violations()).isEmpty();
  }

  @Test
  void shouldRecordWhatALoopStartedMeanwhileDoes() {
    try (Recording recording = BlockingGuard.record();
        Loop loop = Loop.start("started")) {
      Treadle.await(loop.submit("culprit", () -> swallow()));
      assertThat(recording.violations()).extracting(Violation::task).containsExactly("culprit");
    }
  }

  @Test
  void shouldThrowAtTheCall() {
    Loop.builder()
        .run(
            () ->
                assertThat(catchThrowable(() -> Thread.sleep(1)))
                    .isInstanceOf(BlockingCallError.class));
  }

  /** kotlinx's BlockHoundTest.testChannelsNotBeingConsideredBlocking. */
  @Test
  void shouldNotTakeTheLoopsOwnHandOversForBlocking() {
    int perThread = 2_000;
    AtomicInteger sum = new AtomicInteger();
    try (Recording recording = BlockingGuard.record()) {
      Loop.builder()
          .run(
              () -> {
                Loop loop = Loop.current();
                AsyncQueue<Integer> queue = AsyncQueue.bounded(16);
                List<CompletableFuture<Void>> threads = new java.util.ArrayList<>();
                for (int t = 0; t < 3; t++) {
                  threads.add(
                      CompletableFuture.runAsync(
                          () -> {
                            for (int i = 0; i < perThread; i++) {
                              loop.submit("put", () -> queue.put(1));
                            }
                          }));
                }
                for (int i = 0; i < 3 * perThread; i++) {
                  sum.addAndGet(queue.take());
                  if (i % 10 == 0) {
                    sum.addAndGet(Treadle.await(CompletableFuture.supplyAsync(() -> 0)));
                  }
                }
                threads.forEach(Treadle::await);
              });
      assertThat(recording.violations()).isEmpty();
    }
    assertThat(sum).hasValue(3 * perThread);
  }

  private static void swallow() {
    try {
      Thread.sleep(1);
    } catch (Throwable swallowed) {
      // On purpose.
    }
  }
}
