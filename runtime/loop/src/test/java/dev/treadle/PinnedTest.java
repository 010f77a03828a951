package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.shield;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.settle;
import static dev.treadle.VirtualLoop.sleepForever;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.treadle.coroutines.PinnedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Suspending inside {@code synchronized}: with {@code -XX:LockingMode=1}, as all our tests run. */
class PinnedTest {
  private final Object monitor = new Object();

  private PinnedException pinned(Action<Exception> body) {
    return catchThrowableOfType(
        PinnedException.class,
        () -> {
          synchronized (monitor) {
            body.run();
          }
        });
  }

  private static void fail(RuntimeException failure) {
    throw failure;
  }

  @Test
  void shouldLeaveNothingBehindWhenASuspensionIsPinned() {
    VirtualLoop.run(
        () -> {
          assertThat(pinned(() -> yieldNow()).reason()).isEqualTo("MONITOR");
          assertThat(pinned(() -> sleep(Duration.ofSeconds(1)))).isNotNull();
          assertThat(pinned(() -> await(new Deferred<String>()))).isNotNull();
          assertThat(Loop.current().timers.size()).isZero();
          assertThat(Loop.current().ready).isEmpty();
        });
  }

  @Test
  void shouldNotWakeALaterWaitWhenAYieldWasPinned() {
    VirtualLoop.run(
        () -> {
          assertThat(pinned(() -> yieldNow())).isNotNull();
          sleepMs(100);
          assertThat(now()).isEqualTo(100);
        });
  }

  @Test
  void shouldCancelAndHandOverTheChildrenWhenAJoinIsPinned() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          List<Task<?>> children = new ArrayList<>();
          group(
              outer -> {
                Task<?> host =
                    outer.spawn(
                        () -> {
                          PinnedException pinned =
                              pinned(
                                  () ->
                                      group(
                                          g -> {
                                            children.add(g.spawn(() -> order.step(99)));
                                          }));
                          assertThat(pinned).hasMessageContaining("pinned=MONITOR");
                          assertThat(Task.require("test").scope).isNull();
                          assertThat(Task.require("test").isCancelling()).isFalse();
                          order.step(1);
                          sleepMs(10);
                          order.step(2);
                        });
                await(host);
              });
          order.end(2);
          assertThat(children).singleElement().matches(Task::isCancelled);
        });
  }

  @Test
  void shouldWaitInTheEnclosingGroupForTheCleanUpOfHandedOverChildren() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          Deferred<TaskGroup> opened = new Deferred<>();
          group(
              outer -> {
                outer.spawn(
                    () ->
                        pinned(
                            () ->
                                group(
                                    g -> {
                                      // Started children, though the host cannot suspend: they run
                                      // in the enclosing group's turn and unwind there.
                                      opened.complete(g);
                                      g.spawn("late", () -> order.step(99));
                                      assertThat(g.size()).isEqualTo(1);
                                    })));
                TaskGroup g = await(opened);
                assertThat(g.size()).isZero();
                assertThatThrownBy(() -> g.spawn(() -> 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
              });
          order.end(0);
        });
  }

  @Test
  void shouldUnwindRunningChildrenWhenAGroupIsLeftWithoutItsJoin() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          group(
              outer -> {
                Deferred<Task<?>> host = new Deferred<>();
                outer.spawn(
                    () ->
                        group(
                            g -> {
                              g.spawn(
                                  "sleeper",
                                  () -> {
                                    try {
                                      sleepForever();
                                    } finally {
                                      shield(() -> sleepMs(20));
                                      order.step(2);
                                    }
                                  });
                              settle();
                              host.complete(Task.require("test"));
                              // What an OutOfMemoryError in the join would do.
                              g.handOver(Task.require("test"));
                              order.step(1);
                            }));
                await(host);
              });
          order.end(2);
          assertThat(now()).isEqualTo(20);
        });
  }

  @Test
  void shouldAddWhatHadFailedWhenAJoinIsPinned() {
    VirtualLoop.run(
        () -> {
          IllegalStateException failure = new IllegalStateException();
          PinnedException pinned =
              pinned(
                  () ->
                      group(
                          g -> {
                            g.spawn(() -> sleepForever());
                            fail(failure);
                          }));
          assertThat(pinned.getSuppressed()).containsExactly(failure);
          // The child has become one of the loop's own and ends there.
          assertThat(Loop.current().tasks()).hasSize(2);
          yieldNow();
        });
  }

  @Test
  void shouldJoinWhenTheMonitorIsHeldInsideTheBodyOnly() {
    VirtualLoop.run(
        () ->
            assertThatThrownBy(
                    () ->
                        group(
                            g -> {
                              g.spawn(() -> sleepForever());
                              synchronized (monitor) {
                                yieldNow();
                              }
                            }))
                .isInstanceOfSatisfying(
                    TaskGroupException.class,
                    failed -> assertThat(failed.only()).containsInstanceOf(PinnedException.class)));
  }

  @Test
  void shouldNotMindAMonitorWhenNothingSuspends() {
    VirtualLoop.run(
        () -> {
          synchronized (monitor) {
            int value =
                group(
                    g -> {
                      return 42;
                    });
            assertThat(value).isEqualTo(42);
          }
        });
  }
}
