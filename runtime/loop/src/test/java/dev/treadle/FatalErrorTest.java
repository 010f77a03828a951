package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.withTimeout;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.VirtualLoop.sleepForever;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bodies that run out of stack or memory, and clean-up that fails where nobody can catch it. */
class FatalErrorTest {
  private static int endless(int depth) {
    return depth < 0 ? depth : endless(depth + 1) + 1;
  }

  @Test
  void shouldKeepTheScopesInOrderWhenABodyOverflowsItsStack() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          assertThatThrownBy(
                  () ->
                      withTimeout(
                          Duration.ofSeconds(1),
                          () ->
                              group(
                                  g -> {
                                    g.spawn(
                                        () -> {
                                          try {
                                            sleepForever();
                                          } finally {
                                            order.step(1);
                                          }
                                        });
                                    yieldNow();
                                    return endless(0);
                                  })))
              .isInstanceOf(StackOverflowError.class);
          order.end(1);
          assertThat(Task.require("test").scope).isNull();
          yieldNow();
        });
  }

  @Test
  void shouldFailTheTaskWhenItsBodyOverflowsItsStack() {
    VirtualLoop.run(
        () -> {
          Task<Integer> task = spawn(() -> endless(0));
          assertThatThrownBy(() -> await(task)).isInstanceOf(StackOverflowError.class);
          assertThatThrownBy(
                  () ->
                      group(
                          g -> {
                            g.spawn(() -> endless(0));
                          }))
              .isInstanceOf(StackOverflowError.class);
        });
  }

  @Test
  void shouldFailTheTaskWhenItsBodyRunsOutOfMemory() {
    VirtualLoop.run(
        () -> {
          Task<Integer> task = spawn(() -> new long[Integer.MAX_VALUE].length);
          assertThatThrownBy(() -> await(task)).isInstanceOf(OutOfMemoryError.class);
        });
  }

  @Test
  void shouldReportAClosingResourcesFailureWhenACancellationEndsWithIt() {
    List<String> reported = new ArrayList<>();
    Loop.builder()
        .clock(new VirtualClock())
        .onFailure((source, failure) -> reported.add(source + ": " + failure.getMessage()))
        .run(
            () -> {
              Treadle.moveOnAfter(VirtualLoop.ms(1), () -> sleepInResource("scope"));
              Task<?> task = spawn("worker", () -> sleepInResource("task"));
              yieldNow();
              task.cancel();
              yieldNow();
              group(
                  g -> {
                    g.cancel();
                    sleepInResource("group");
                  });
              TaskGroupException failed =
                  catchThrowableOfType(
                      TaskGroupException.class,
                      () ->
                          group(
                              g -> {
                                g.spawn(
                                    () -> {
                                      throw new IllegalStateException();
                                    });
                                sleepInResource("failing group");
                              }));
              assertThat(failed.causes()).hasSize(1);
            });
    assertThat(reported)
        .containsExactly(
            "clean-up of task 'main': scope",
            "clean-up of task 'worker': task",
            "clean-up of task 'main': group",
            "clean-up of task 'main': failing group");
  }

  private static void sleepInResource(String name) throws IOException {
    try (Resource resource = () -> failToClose(name)) {
      assertThat(resource).isNotNull();
      sleepForever();
    }
  }

  private static void failToClose(String name) throws IOException {
    throw new IOException(name);
  }

  private interface Resource extends AutoCloseable {
    @Override
    void close() throws IOException;
  }
}
