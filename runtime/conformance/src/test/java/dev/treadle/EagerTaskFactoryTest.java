package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.currentTask;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawnEager;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.conformance.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EagerTaskFactoryTest {
  private static final ScopedValue<String> USER = ScopedValue.newInstance();

  @Ports("test_eager_task_factory.EagerTaskFactoryLoopTests.test_eager_completion")
  @Test
  void shouldBeDoneWhenTheBodyNeverSuspends() {
    VirtualLoop.run(
        () -> {
          Task<String> task = spawnEager("quick", () -> "hello");
          assertThat(task.isDone()).isTrue();
          assertThat(task.result()).isEqualTo("hello");
          assertThat(task.name()).isEqualTo("quick");
          assertThat(await(task)).isEqualTo("hello");
        });
  }

  @Ports("test_eager_task_factory.EagerTaskFactoryLoopTests.test_block_after_eager_step")
  @Test
  void shouldRunToTheFirstSuspensionInsideTheCall() {
    Order order = new Order();
    VirtualLoop.run(
        () -> {
          order.step(1);
          Task<?> task =
              spawnEager(
                  "child",
                  () -> {
                    order.step(2);
                    sleep(Duration.ofSeconds(1));
                    order.step(4);
                  });
          order.step(3);
          assertThat(task.isDone()).isFalse();
          await(task);
          order.step(5);
        });
    order.end(5);
  }

  @Ports("test_eager_task_factory.EagerTaskFactoryLoopTests.test_await_future_during_eager_step")
  @Test
  void shouldBeWokenByTheLoopWhenItAwaitedInItsFirstStep() {
    VirtualLoop.run(
        () -> {
          Deferred<String> answer = new Deferred<>();
          Task<String> task = spawnEager("asks", () -> await(answer));
          assertThat(task.toString()).contains("suspended on await");
          answer.complete("42");
          assertThat(task.isDone()).isFalse();
          assertThat(await(task)).isEqualTo("42");
        });
  }

  @Ports("test_eager_task_factory.EagerTaskFactoryLoopTests.test_current_task")
  @Test
  void shouldBeTheCurrentTaskBeforeAndAfterBlockingAndGiveItBack() {
    VirtualLoop.run(
        () -> {
          List<@Nullable Task<?>> seen = new ArrayList<>();
          Task<?> parent = currentTask();
          Task<?> task =
              spawnEager(
                  "child",
                  () -> {
                    seen.add(currentTask());
                    assertThat(Loop.current().running()).isSameAs(currentTask());
                    yieldNow();
                    seen.add(currentTask());
                  });
          assertThat(currentTask()).isSameAs(parent);
          assertThat(Loop.current().running()).isSameAs(parent);
          await(task);
          assertThat(currentTask()).isSameAs(parent);
          assertThat(seen).containsExactly(task, task);
        });
  }

  @Ports("test_eager_task_factory.EagerTaskFactoryLoopTests.test_context_vars")
  @Test
  void shouldInheritBindingsAndLeakNone() {
    VirtualLoop.run(
        () -> {
          List<String> seen = new ArrayList<>();
          Task<?> task =
              ScopedValue.where(USER, "parent")
                  .call(
                      () -> {
                        Task<?> child =
                            spawnEager(
                                "child",
                                () -> {
                                  seen.add(USER.get());
                                  ScopedValue.where(USER, "child")
                                      .run(
                                          () -> {
                                            yieldNow();
                                            seen.add(USER.get());
                                          });
                                  seen.add(USER.get());
                                });
                        seen.add("spawner: " + USER.get());
                        return child;
                      });
          assertThat(USER.isBound()).isFalse();
          await(task);
          assertThat(USER.isBound()).isFalse();
          assertThat(seen).containsExactly("parent", "spawner: parent", "child", "parent");
        });
  }
}
