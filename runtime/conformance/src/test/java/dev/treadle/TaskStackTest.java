package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.currentTask;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.shield;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.conformance.Ports;
import dev.treadle.coroutines.Generator;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TaskStackTest {
  private static List<String> methods(StackTraceElement[] stack) {
    return Arrays.stream(stack)
        .map(StackTraceElement::getMethodName)
        .filter(name -> !name.startsWith("lambda$"))
        .toList();
  }

  private static List<String> methods(Task<?> task) {
    return methods(task.stackTrace());
  }

  private static void outer() {
    inner();
  }

  private static void inner() {
    sleep(Duration.ofMillis(100));
  }

  @Ports("test_tasks.BaseTaskTests.test_get_stack")
  @Test
  void shouldShowTheBodysFramesWhenSuspended() {
    VirtualLoop.run(
        () -> {
          Task<?> task = spawn("task", TaskStackTest::outer);
          assertThat(task.stackTrace()).as("before its first turn").isEmpty();
          VirtualLoop.settle();
          assertThat(methods(task)).containsExactly("inner", "outer");
          assertThat(task.stackTrace()[0].getLineNumber()).isPositive();
          await(task);
          assertThat(task.stackTrace()).as("at the end").isEmpty();
        });
  }

  private static List<String> ownFrames() {
    return methods(Objects.requireNonNull(currentTask()).stackTrace());
  }

  @Test
  void shouldShowTheCallersFramesWhenItRuns() {
    VirtualLoop.run(
        () -> {
          Task<List<String>> task = spawn("task", () -> ownFrames());
          assertThat(await(task)).startsWith("ownFrames");
        });
  }

  private static Generator<Integer> numbers() {
    return Generator.of(
        y -> {
          y.yield(1);
          inner();
          y.yield(2);
        });
  }

  private static void consume() {
    try (Generator<Integer> numbers = numbers()) {
      for (int n : numbers) {
        assertThat(n).isPositive();
      }
    }
  }

  @Ports("test_graph.CallStackTestBase.test_stack_async_gen")
  @Test
  void shouldShowTheGeneratorsFramesWhenItsBodyAwaits() {
    VirtualLoop.run(
        () -> {
          Task<?> task = spawn("task", TaskStackTest::consume);
          VirtualLoop.settle();
          assertThat(methods(task)).containsExactly("inner", "consume");
          assertThat(task.stackTrace())
              .extracting(StackTraceElement::getClassName)
              .containsOnly(TaskStackTest.class.getName());
          await(task);
        });
  }

  private static void sleepBelow(int depth) {
    if (depth == 0) {
      inner();
    } else {
      sleepBelow(depth - 1);
    }
  }

  private static void stepOne(int depth) {
    try (Generator<Integer> numbers = Generator.of(y -> sleepBelow(depth))) {
      assertThat(numbers.hasNext()).isFalse();
    }
  }

  // The JDK's walk from one continuation to the next loses frames at some depths.
  @Test
  void shouldShowTheTasksOwnFramesWhenAGeneratorIsOfAnyDepth() {
    VirtualLoop.run(
        () ->
            group(
                g -> {
                  for (int i = 0; i < 64; i++) {
                    int depth = i;
                    g.spawn("depth " + depth, () -> stepOne(depth));
                  }
                  VirtualLoop.settle();
                  for (Task<?> task : Loop.current().tasks()) {
                    if (task != currentTask()) {
                      assertThat(methods(task)).as(task.name()).endsWith("sleepBelow", "stepOne");
                    }
                  }
                }));
  }

  @Ports("test_graph.CallStackTestBase.test_stack_shield")
  @Ports("test_graph.CallStackTestBase.test_stack_timeout")
  @Test
  void shouldShowNoFramesOfOursWhenInScopes() {
    VirtualLoop.run(
        () -> {
          Task<?> task =
              spawn(
                  () ->
                      shield(
                          () ->
                              withTimeout(
                                  Duration.ofSeconds(1),
                                  () ->
                                      group(
                                          g -> {
                                            inner();
                                          }))));
          VirtualLoop.settle();
          assertThat(methods(task)).containsExactly("inner");
          assertThat(task.stackTrace())
              .extracting(StackTraceElement::getClassName)
              .containsOnly(TaskStackTest.class.getName());
          await(task);
        });
  }

  @Test
  void shouldRefuseWhenAskedOnAnotherThread() {
    try (Loop loop = Loop.start("other")) {
      Task<?> task = loop.submit("task", VirtualLoop::sleepForever);
      assertThatIllegalStateException()
          .isThrownBy(task::stackTrace)
          .withMessageStartingWith("Task.stackTrace() on a wrong thread");
      assertThatIllegalStateException()
          .isThrownBy(task::dump)
          .withMessageStartingWith("Task.dump() on a wrong thread");
    }
  }

  private static List<String> tasksOf(String dump) {
    return dump.lines()
        .filter(line -> line.contains("ask"))
        .filter(l -> !l.contains(" at "))
        .toList();
  }

  @Ports("test_graph.CallStackTestBase.test_stack_task")
  @Ports("test_graph.CallStackTestBase.test_stack_tgroup")
  @Ports("test_pep492.CoroutineTests.test_task_print_stack")
  @Test
  void shouldGoOnThroughTheAwaitersWhenOneTaskIsDumped() {
    VirtualLoop.run(
        () -> {
          Task<?> host =
              spawn(
                  "host",
                  () ->
                      group(
                          "g",
                          g -> {
                            Task<?> slow = g.spawn("slow", TaskStackTest::outer);
                            g.spawn("other", () -> await(slow));
                          }));
          VirtualLoop.settle();
          Task<?> slow = Loop.current().tasks().get(2);
          String dump = slow.dump();
          assertThat(tasksOf(dump))
              .containsExactly(
                  "Task[slow suspended on sleep, PT0.099S left] for 0 s",
                  "  awaited by Task[host suspended on end of TaskGroup[g children=2]] for 0 s",
                  "  awaited by Task[other suspended on await task 'slow'] for 0 s",
                  "    awaited by task 'host', as above");
          assertThat(dump.lines().toList().get(1))
              .startsWith("    at dev.treadle.TaskStackTest.inner(");
          await(host);
        });
  }

  @Test
  void shouldEndWhereItComesRoundWhenTasksAwaitEachOther() {
    Virtually.run(
        () -> {
          Deferred<Task<?>> second = new Deferred<>();
          Task<?> a = spawn("a", () -> await(await(second)));
          Task<?> b = spawn("b", () -> await(a));
          second.complete(b);
          VirtualLoop.settle();
          assertThat(tasksOf(a.dump()))
              .containsExactly(
                  "Task[a suspended on await task 'b'] for 0 s",
                  "  awaited by Task[b suspended on await task 'a'] for 0 s",
                  "    awaited by task 'a', as above");
          assertThat(Loop.current().dump())
              .contains("  cycle: task 'a' awaits task 'b' awaits task 'a'\n");
        });
  }

  @Test
  void shouldNameTheCycleWhenDeadlocked() {
    assertThatExceptionOfType(DeadlockException.class)
        .isThrownBy(
            () ->
                Virtually.loop()
                    .deadlockAfter(Duration.ofMillis(1))
                    .run(
                        () -> {
                          Task<?> main = Objects.requireNonNull(currentTask());
                          group(
                              g -> {
                                g.spawn("child", () -> await(main));
                              });
                        }))
        .withMessageContaining(
            " cycle=[task 'main' awaits task 'child' awaits task 'main']; if another thread");
  }
}
