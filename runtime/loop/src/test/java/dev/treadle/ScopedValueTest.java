package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** ScopedValue as contextvars: inherited at spawn, a task's own across every suspension. */
@Timeout(60)
class ScopedValueTest {
  private static final ScopedValue<String> USER = ScopedValue.newInstance();
  private static final ScopedValue<Integer> DEPTH = ScopedValue.newInstance();
  private static final ThreadLocal<String> SHARED = ThreadLocal.withInitial(() -> "none");

  @Test
  void shouldSeeTheSpawnersBindingsWhenSpawned() {
    Virtually.run(
        () -> {
          Task<String> inside =
              ScopedValue.where(USER, "ann")
                  .call(
                      () ->
                          spawn(
                              () -> {
                                sleep(Duration.ofSeconds(1));
                                return USER.get() + " " + await(spawn(() -> USER.get()));
                              }));
          Task<Boolean> outside = spawn(() -> USER.isBound());
          // The where that was open at the spawn has ended long before the task runs.
          assertThat(USER.isBound()).isFalse();
          assertThat(await(inside)).isEqualTo("ann ann");
          assertThat(await(outside)).isFalse();
        });
  }

  @Test
  void shouldSeeTheCallersBindingsWhenRunOrSubmitted() {
    String[] seen = new String[2];
    ScopedValue.where(USER, "ann")
        .run(
            () -> {
              Virtually.run(
                  () -> {
                    yieldNow();
                    seen[0] = USER.get();
                  });
              try (Loop loop = Loop.start("loop")) {
                seen[1] =
                    await(
                        loop.submit(
                            () -> {
                              yieldNow();
                              return USER.get();
                            }));
              }
            });
    assertThat(seen).containsExactly("ann", "ann");
  }

  @Test
  void shouldRestoreTheOuterBindingWhenANestedWhereSuspends() {
    Virtually.run(
        () -> {
          List<String> seen = new ArrayList<>();
          ScopedValue.where(USER, "outer")
              .run(
                  () -> {
                    yieldNow();
                    ScopedValue.where(USER, "inner")
                        .run(
                            () -> {
                              seen.add(USER.get());
                              sleep(Duration.ofSeconds(1));
                              seen.add(USER.get());
                            });
                    seen.add(USER.get());
                    yieldNow();
                    seen.add(USER.get());
                  });
          assertThat(seen).containsExactly("inner", "inner", "outer", "outer");
          assertThat(USER.isBound()).isFalse();
        });
  }

  @Test
  void shouldKeepTasksApartWhenTheyInterleave() {
    Virtually.run(
        () ->
            group(
                g -> {
                  for (int n = 0; n < 50; n++) {
                    String name = "user" + n;
                    int depth = n % 7;
                    ScopedValue.where(USER, name)
                        .run(() -> g.spawn(name, () -> descend(name, 0, depth)));
                  }
                  for (int n = 0; n < 10; n++) {
                    assertThat(USER.isBound()).isFalse();
                    yieldNow();
                  }
                }));
  }

  private static void descend(String name, int depth, int deepest) {
    yieldNow();
    assertThat(USER.get()).isEqualTo(name);
    if (depth == deepest) {
      // Moves bindings and stack chunks while this stack is partly unwound.
      if (depth == 3) {
        System.gc();
      }
      return;
    }
    ScopedValue.where(DEPTH, depth)
        .run(
            () -> {
              yieldNow();
              assertThat(DEPTH.get()).isEqualTo(depth);
              descend(name, depth + 1, deepest);
              yieldNow();
              assertThat(DEPTH.get()).isEqualTo(depth);
              assertThat(USER.get()).isEqualTo(name);
            });
    assertThat(DEPTH.isBound()).isEqualTo(depth > 0);
  }

  @Test
  void shouldKeepTheBindingWhenTheCollectorRunsWhileSuspended() {
    Virtually.run(
        () -> {
          Task<String> task =
              spawn(
                  () ->
                      ScopedValue.where(USER, new String("collected?"))
                          .call(
                              () -> {
                                for (int n = 0; n < 5; n++) {
                                  sleep(Duration.ofSeconds(1));
                                }
                                return USER.get();
                              }));
          for (int n = 0; n < 5; n++) {
            sleep(Duration.ofMillis(900));
            System.gc();
          }
          assertThat(await(task)).isEqualTo("collected?");
        });
  }

  @Test
  void shouldUnbindWhenACancellationUnwinds() {
    Virtually.run(
        () -> {
          List<String> seen = new ArrayList<>();
          Task<?> task =
              spawn(
                  () ->
                      ScopedValue.where(USER, "outer")
                          .run(
                              () -> {
                                try {
                                  ScopedValue.where(USER, "inner")
                                      .run(
                                          () -> {
                                            try {
                                              sleep(Duration.ofSeconds(1));
                                            } finally {
                                              seen.add(USER.get());
                                            }
                                          });
                                } finally {
                                  Treadle.shield(() -> sleep(Duration.ofSeconds(1)));
                                  seen.add(USER.get());
                                }
                              }));
          yieldNow();
          task.cancel();
          Treadle.sleep(Duration.ofSeconds(3));
          assertThat(seen).containsExactly("inner", "outer");
          assertThat(task.isCancelled()).isTrue();
          assertThat(USER.isBound()).isFalse();
        });
  }

  @Test
  void shouldSeeNoBindingOfATaskWhenACallbackRuns() {
    List<String> seen = new ArrayList<>();
    ScopedValue.where(USER, "around run")
        .run(
            () ->
                Virtually.run(
                    () -> {
                      Loop loop = Loop.current();
                      ScopedValue.where(USER, "of the task")
                          .run(
                              () -> {
                                loop.callSoon(() -> seen.add("soon " + USER.get()));
                                loop.callLater(
                                    Duration.ofSeconds(1), () -> seen.add("later " + USER.get()));
                                loop.execute(() -> seen.add("execute " + USER.get()));
                                Deferred<String> deferred = new Deferred<>();
                                deferred.onDone(done -> seen.add("onDone " + USER.get()));
                                deferred.complete("");
                                sleep(Duration.ofSeconds(2));
                              });
                    }));
    assertThat(seen)
        .containsExactly(
            "soon around run", "execute around run", "onDone around run", "later around run");
  }

  @Test
  void shouldShareThreadLocalsWhenTasksRunOnOneLoop() {
    Virtually.run(
        () -> {
          try {
            Task<?> writer = spawn(() -> SHARED.set("written"));
            await(writer);
            assertThat(await(spawn(SHARED::get))).isEqualTo("written");
          } finally {
            SHARED.remove();
          }
        });
  }
}
