package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.treadle.conformance.Ports;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskDumpTest {
  @Ports("kotlinx.CoroutinesDumpTest.testSuspendedCoroutine")
  @Ports("kotlinx.CoroutinesDumpTest.testRunningCoroutine")
  @Ports("kotlinx.CoroutinesDumpTest.testFinishedCoroutineRemoved")
  @Test
  void shouldSayWhatEachTaskDoesWhenAsked() {
    VirtualLoop.run(
        () -> {
          Task<?> parent =
              spawn(
                  "parent",
                  () ->
                      group(
                          "pair",
                          g -> {
                            g.spawn("child", () -> sleepMs(1000));
                          }));
          Task<?> other = spawn("other", () -> await(parent));
          sleepMs(10);
          LoopInfo info = Loop.current().snapshot();
          assertThat(info.loop()).isEqualTo(Loop.current().toString());
          assertThat(info.thread()).isEqualTo(Thread.currentThread().getName());
          assertThat(info.silence()).isNull();
          assertThat(info.threadStack()).isEmpty();
          assertThat(info.taskCount()).isEqualTo(4);
          assertThat(info.cycles()).isEmpty();
          assertThat(info.tasks())
              .extracting(TaskInfo::name, TaskInfo::state, TaskInfo::waitingFor)
              .containsExactly(
                  tuple("main", "running", null),
                  tuple("parent", "suspended", "end of TaskGroup[pair children=1]"),
                  tuple("child", "suspended", "sleep, PT0.99S left"),
                  tuple("other", "suspended", "await task 'parent'"));
          TaskInfo first = info.tasks().get(1);
          TaskInfo child = info.tasks().get(2);
          TaskInfo last = info.tasks().get(3);
          assertThat(first.awaits()).containsExactly(child.id());
          assertThat(first.awaitedBy()).containsExactly("task 'other'");
          assertThat(first.parent()).isZero();
          assertThat(child.parent()).isEqualTo(first.id());
          assertThat(child.awaits()).isEmpty();
          assertThat(child.awaitedBy()).containsExactly("task 'parent'");
          assertThat(last.awaits()).containsExactly(first.id());
          await(other);
          assertThat(Loop.current().snapshot().tasks()).hasSize(1);
        });
  }

  @Ports("test_tools.TestAsyncioToolsTree.test_multiple_cycles_tree")
  @Ports("test_tools.TestAsyncioToolsEdgeCases.test_task_awaits_self")
  @Test
  void shouldFindEachCycleOnceWhenTasksAwaitEachOther() {
    assertThat(cycles(task(1, 2), task(2, 1))).containsExactly(List.of(1L, 2L));
    assertThat(cycles(task(1, 1))).containsExactly(List.of(1L));
    assertThat(cycles(task(1, 2), task(2, 3, 4), task(3), task(4, 2), task(5, 4)))
        .containsExactly(List.of(2L, 4L));
    assertThat(cycles(task(1, 2, 3), task(2, 4), task(3, 4), task(4))).isEmpty();
    assertThat(cycles(task(1, 7))).as("one that was left out").isEmpty();
  }

  @Ports("test_graph.CallStackTestBase.test_stack_tgroup")
  @Ports("test_graph.CallStackTestBase.test_stack_gather")
  @Test
  void shouldReadDownwardsIntoWhatIsAwaitedWhenShownAsTree() {
    VirtualLoop.run(
        () -> {
          Task<?> top =
              spawn(
                  "top",
                  () ->
                      group(
                          "two",
                          g -> {
                            Task<?> slow = g.spawn("slow", TaskDumpTest::outer);
                            g.spawn("other", () -> await(slow));
                          }));
          sleepMs(500);
          List<String> lines = Loop.current().snapshot().tree().lines().toList();
          assertThat(lines.get(1)).isEqualTo("├── task 'main' running");
          assertThat(lines)
              .filteredOn(line -> line.contains("task '") || line.contains("ner("))
              .containsSubsequence(
                  "└── task 'top' suspended for 0.5 s on end of TaskGroup[two children=2]",
                  "    ├── task 'slow' suspended for 0.5 s on sleep, PT0.5S left",
                  "    └── task 'other' suspended for 0.5 s on await task 'slow'",
                  "        └── task 'slow' suspended, as above");
          String text = String.join("\n", lines);
          assertThat(text.indexOf("TaskDumpTest.outer("))
              .isBetween(1, text.indexOf("TaskDumpTest.inner("));
          await(top);
        });
  }

  private static void outer() {
    inner();
  }

  private static void inner() {
    sleepMs(1000);
  }

  @Ports("test_tools.TestAsyncioToolsTable.test_asyncio_utils")
  @Test
  void shouldHaveARowForEachTaskWhenShownAsTable() {
    VirtualLoop.run(
        () -> {
          Task<?> slow = spawn("slow", () -> sleepMs(1000));
          Task<?> other = spawn("other", () -> await(slow));
          sleepMs(750);
          assertThat(Loop.current().snapshot().table().lines().skip(1))
              .containsExactly(
                  "  id  task   state      for     waiting for          awaited by",
                  "  1   main   running",
                  "  2   slow   suspended  0.75 s  sleep, PT0.25S left  task 'other'",
                  "  3   other  suspended  0.75 s  await task 'slow'");
          await(other);
          spawn("x".repeat(100), () -> {});
          yieldNow();
          assertThat(Loop.current().snapshot().table()).doesNotContain("x".repeat(60));
        });
  }

  private static List<List<Long>> cycles(TaskInfo... tasks) {
    return TaskCycles.find(List.of(tasks)).stream()
        .map(cycle -> cycle.stream().map(TaskInfo::id).toList())
        .toList();
  }

  private static TaskInfo task(long id, long... awaits) {
    return new TaskInfo(
        id,
        "t" + id,
        "suspended",
        0,
        "it",
        Duration.ZERO,
        Arrays.stream(awaits).boxed().toList(),
        List.of(),
        List.of(),
        null);
  }
}
