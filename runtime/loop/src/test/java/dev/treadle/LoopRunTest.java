package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How run begins and ends, and what the loop shows of itself. */
@Timeout(60)
class LoopRunTest {
  private static final Duration DAY = Duration.ofDays(1);

  @Test
  void shouldRethrowAsAwaitDoesWhenTheMainTaskFails() {
    var unchecked = new IllegalArgumentException("unchecked");
    assertThatThrownBy(() -> Virtually.run(() -> AwaitTest.throwIt(unchecked))).isSameAs(unchecked);
    var error = new AssertionError("error");
    assertThatThrownBy(() -> Virtually.run(() -> AwaitTest.throwIt(error))).isSameAs(error);
    var checked = new IOException("checked");
    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(() -> Virtually.run(() -> AwaitTest.throwIt(checked)))
        .withCause(checked);
  }

  @Test
  void shouldBeReadyForAnotherWhenARunHasEnded() {
    for (int n = 0; n < 3; n++) {
      int number = n;
      assertThat(Virtually.run(() -> await(spawn(() -> number)))).isEqualTo(n);
    }
  }

  @Test
  void shouldRefuseWhenRunOnAVirtualThread() throws Exception {
    FutureTask<@Nullable Void> test =
        new FutureTask<>(
            () ->
                assertThatIllegalStateException()
                    .isThrownBy(() -> Treadle.run(() -> 1))
                    .withMessageStartingWith("run() on a virtual thread: thread=VirtualThread")
                    .withMessageEndingWith(
                        "a loop needs a platform thread: call it on one, or use Loop.start(...)"),
            null);
    Thread.startVirtualThread(test);
    test.get();
  }

  @Test
  void shouldRefuseWhenSpawnedWhileEnding() {
    List<String> refused = new ArrayList<>();
    Virtually.run(
        () -> {
          spawn(
              () -> {
                try {
                  sleep(DAY);
                } finally {
                  try {
                    spawn(() -> refused.add("ran"));
                  } catch (IllegalStateException e) {
                    refused.add(String.valueOf(e.getMessage()));
                  }
                }
              });
          yieldNow();
        });
    assertThat(refused).hasSize(1);
    assertThat(refused.get(0)).startsWith("spawn() refused: group=root is ending");
  }

  @Test
  void shouldRefuseAGraceThatIsNotPositiveWhenBuilt() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Loop.builder().deadlockAfter(Duration.ZERO))
        .withMessage("deadlockAfter must be positive: deadlockAfter=PT0S; give a second or more");
  }

  @Test
  void shouldShowItsStateWhenATaskIsPrinted() {
    Virtually.run(
        () -> {
          Task<?> task = spawn("worker", () -> sleep(Duration.ofSeconds(2)));
          assertThat(task).hasToString("Task[worker scheduled]");
          yieldNow();
          assertThat(task).hasToString("Task[worker suspended on sleep, PT2S left]");
          sleep(Duration.ofSeconds(1));
          assertThat(task).hasToString("Task[worker suspended on sleep, PT1S left]");
          await(task);
          assertThat(task).hasToString("Task[worker done]");
          assertThat(Treadle.currentTask()).hasToString("Task[main running]");
          Task<?> victim = spawn("victim", () -> sleep(DAY));
          yieldNow();
          victim.cancel();
          assertThat(victim).hasToString("Task[victim ready]");
          assertThat(victim.isCancelling()).isTrue();
          yieldNow();
          assertThat(victim).hasToString("Task[victim cancelled]");
          assertThat(victim.isCancelling()).isFalse();
          Task<?> failing = spawn("failing", () -> AwaitTest.throwIt(new IOException()));
          yieldNow();
          assertThat(failing.failure()).isInstanceOf(IOException.class);
          assertThat(failing).hasToString("Task[failing failed]");
          assertThat(spawn(() -> null).name()).matches("task-\\d+");
        });
  }

  @Test
  void shouldShowTheTreeWithItsStacksWhenDumped() {
    Virtually.loop()
        .name("garden")
        .run(
            () -> {
              Task<?> parent =
                  spawn(
                      "parent",
                      () ->
                          group(
                              g -> {
                                g.spawn("child one", LoopRunTest::fallAsleep);
                                g.spawn("child two", () -> sleep(DAY));
                              }));
              Task<?> other = spawn("other", () -> await(parent));
              Virtually.turns(3);
              Loop loop = Loop.current();
              assertThat(loop.tasks())
                  .extracting(Task::name)
                  .containsExactly("main", "parent", "child one", "child two", "other");
              String dump = loop.dump();
              assertThat(dump.lines())
                  .filteredOn(line -> line.contains("Task["))
                  .containsExactly(
                      "  Task[main running]",
                      "  Task[parent suspended on end of TaskGroup[group children=2]] for 0 s,"
                          + " awaited by task 'other'",
                      "    Task[child one suspended on sleep, PT24H left] for 0 s, awaited by task 'parent'",
                      "    Task[child two suspended on sleep, PT24H left] for 0 s, awaited by task 'parent'",
                      "  Task[other suspended on await task 'parent'] for 0 s");
              assertThat(dump)
                  .startsWith("Loop[garden ")
                  .contains("tasks=5")
                  .containsPattern("at dev\\.treadle\\.LoopRunTest\\.fallAsleep\\(");
              parent.cancel();
              other.cancel();
              Virtually.turns(4);
              assertThat(loop.tasks()).extracting(Task::name).containsExactly("main");
            });
  }

  private static void fallAsleep() {
    sleep(DAY);
  }

  @Test
  void shouldAwaitATaskOfALoopOnAThreadOfItsOwn() {
    Virtually.run(
        () -> {
          try (Loop other = Loop.start("other");
              Hold hold = Loop.current().hold("the other loop")) {
            assertThat(await(other.submit(() -> Loop.current().name()))).isEqualTo("other");
            assertThat(hold).isNotNull();
          }
        });
  }
}
