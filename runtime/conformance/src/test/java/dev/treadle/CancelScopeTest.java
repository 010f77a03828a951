package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.checkCancelled;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.shield;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.settle;
import static dev.treadle.VirtualLoop.sleepForever;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.conformance.Ports;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CancelScopeTest {
  private static void assertCancelledHere() {
    assertThatThrownBy(() -> yieldNow()).isInstanceOf(Cancelled.class);
    assertThatThrownBy(() -> checkCancelled()).isInstanceOf(Cancelled.class);
  }

  @Test
  void shouldGiveTheValueWhenNotCancelled() throws Exception {
    VirtualLoop.run(
        () -> {
          CancelScope scope = new CancelScope();
          assertThat(scope.run(() -> 42)).contains(42);
          assertThat(scope.isCancelCalled()).isFalse();
          assertThat(scope.cancelledCaught()).isFalse();
          assertThat(new CancelScope().<@Nullable String, RuntimeException>run(() -> null))
              .isEmpty();
        });
  }

  @Test
  void shouldLetFailuresThroughAsThemselves() {
    VirtualLoop.run(
        () -> {
          IOException checked = new IOException();
          CancelScope scope = new CancelScope();
          assertThatThrownBy(
                  () ->
                      scope.run(
                          () -> {
                            scope.cancel();
                            throw checked;
                          }))
              .isSameAs(checked);
          assertThat(scope.cancelledCaught()).isFalse();
        });
  }

  @Ports("trio.test_run.test_cancel_edge_cases")
  // Two cancels in a row, and the level trigger
  @Test
  void shouldThrowAtEverySuspensionUntilTheScopeIsLeft() {
    VirtualLoop.run(
        () -> {
          CancelScope scope = new CancelScope();
          Optional<String> left =
              scope.run(
                  () -> {
                    scope.cancel();
                    scope.cancel();
                    assertCancelledHere();
                    assertThatThrownBy(() -> sleepForever()).isInstanceOf(Cancelled.class);
                    assertThatThrownBy(() -> await(new Deferred<String>()))
                        .isInstanceOf(Cancelled.class);
                    assertThatThrownBy(() -> group(g -> {}))
                        .isInstanceOf(Cancelled.class)
                        .hasMessage("task 'main' was cancelled");
                    yieldNow();
                    return "not reached";
                  });
          assertThat(left).isEmpty();
          assertThat(scope.isCancelCalled()).isTrue();
          assertThat(scope.cancelledCaught()).isTrue();
          yieldNow();
          assertThat(now()).isZero();
        });
  }

  @Ports("trio.test_run.test_cancel_scope_nesting")
  // A scope left without a suspension has caught nothing
  @Test
  void shouldCatchNothingWhenTheBodyEndsByItself() {
    VirtualLoop.run(
        () -> {
          CancelScope scope = new CancelScope();
          scope.run(
              () -> {
                scope.cancel();
                shield(() -> yieldNow());
              });
          yieldNow();
          assertThat(scope.isCancelCalled()).isTrue();
          assertThat(scope.cancelledCaught()).isFalse();
        });
  }

  @Ports("trio.test_run.test_cancel_scope_nesting")
  // Of two that are cancelled at once the outer one wins
  @Test
  void shouldBeCaughtByTheOutermostCancelledScope() {
    VirtualLoop.run(
        () -> {
          CancelScope first = new CancelScope();
          CancelScope second = new CancelScope();
          CancelScope third = new CancelScope();
          first.run(
              () ->
                  second.run(
                      () ->
                          third.run(
                              () -> {
                                third.cancel();
                                second.cancel();
                                sleepForever();
                              })));
          assertThat(third.isCancelCalled()).isTrue();
          assertThat(third.cancelledCaught()).isFalse();
          assertThat(second.cancelledCaught()).isTrue();
          assertThat(first.isCancelCalled()).isFalse();
          assertThat(first.cancelledCaught()).isFalse();
        });
  }

  @Ports("trio.test_run.test_cancel_scope_nesting")
  // The outer one wins also when it comes while the inner unwinds
  @Test
  void shouldPassOnWhenTheOuterIsCancelledWhileTheInnerUnwinds() {
    VirtualLoop.run(
        () -> {
          CancelScope outer = new CancelScope();
          CancelScope inner = new CancelScope();
          Order order = new Order();
          outer.run(
              () -> {
                inner.run(
                    () -> {
                      inner.cancel();
                      try {
                        sleepForever();
                      } finally {
                        outer.cancel();
                      }
                    });
                order.step(99);
              });
          order.end(0);
          assertThat(inner.cancelledCaught()).isFalse();
          assertThat(outer.cancelledCaught()).isTrue();
        });
  }

  @Test
  void shouldEndTheWaitWhenCancelledByAnotherTask() {
    VirtualLoop.run(
        () -> {
          CancelScope scope = new CancelScope();
          Order order = new Order();
          Task<?> canceller =
              spawn(
                  () -> {
                    sleepMs(10);
                    order.step(1);
                    scope.cancel();
                    order.step(2);
                  });
          scope.run(() -> sleepForever());
          order.step(3);
          assertThat(now()).isEqualTo(10);
          await(canceller);
          order.end(3);
        });
  }

  @Ports("trio.test_run.test_cancel_unbound")
  // Cancel before entry
  @Test
  void shouldBeCancelledFromItsStartWhenCancelledBeforeEntry() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          CancelScope scope = new CancelScope();
          scope.cancel();
          scope.run(
              () -> {
                order.step(1);
                assertCancelledHere();
                order.step(2);
                sleepForever();
              });
          assertThat(scope.cancelledCaught()).isTrue();
          order.end(2);
        });
  }

  @Ports("trio.test_run.test_cancel_unbound")
  // Can neither be re-used nor re-entered
  @Test
  void shouldRefuseASecondEntry() {
    VirtualLoop.run(
        () -> {
          CancelScope used = new CancelScope();
          used.run(() -> yieldNow());
          assertThatThrownBy(() -> used.run(() -> yieldNow()))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "CancelScope entered twice: scope=" + used + "; make a new one for each use");
          CancelScope open = new CancelScope();
          open.run(
              () ->
                  assertThatThrownBy(() -> open.run(() -> yieldNow()))
                      .isInstanceOf(IllegalStateException.class)
                      .hasMessageStartingWith("CancelScope entered twice: scope=CancelScope@"));
          used.cancel();
          yieldNow();
          assertThat(used.cancelledCaught()).isFalse();
        });
  }

  @Ports("trio.test_run.test_cancel_unbound")
  // One scope is not for several tasks
  @Test
  void shouldRefuseASecondTask() {
    VirtualLoop.run(
        () -> {
          CancelScope scope = new CancelScope();
          Task<?> first = spawn(() -> scope.run(() -> sleepForever()));
          yieldNow();
          assertThatThrownBy(() -> scope.run(() -> yieldNow()))
              .isInstanceOf(IllegalStateException.class);
          scope.cancel();
          await(first);
          assertThat(scope.cancelledCaught()).isTrue();
        });
  }

  @Test
  void shouldRefuseToRunWhenOutsideATask() {
    CancelScope scope = new CancelScope();
    assertThatThrownBy(() -> scope.run(() -> 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("CancelScope.run() outside a task: thread=");
    VirtualLoop.run(() -> assertThat(scope.run(() -> 1)).contains(1));
  }

  @Ports(
      value = "trio.test_run.test_cancel_scope_misnesting_1",
      differs =
          "scopes are opened by run() alone and cannot be misnested; one left open is closed by the next one out")
  @Test
  void shouldCloseInnerScopesWhenLeftOutOfOrder() {
    VirtualLoop.run(
        () -> {
          Task<?> task = Task.require("test");
          CancelScope outer = new CancelScope(VirtualLoop.ms(10));
          CancelScope inner = new CancelScope(VirtualLoop.ms(10));
          outer.enter(task);
          inner.enter(task);
          inner.cancel();
          assertThat(task.isCancelling()).isTrue();
          outer.exit(task);
          assertThat(task.scope).isNull();
          assertThat(task.isCancelling()).isFalse();
          assertThat(Loop.current().timers.size()).isZero();
          assertThatThrownBy(() -> inner.exit(task))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageStartingWith("CancelScope left by another task: scope=CancelScope@");
          yieldNow();
        });
  }

  @Ports(
      value = "trio.test_run.test_cancel_scope_misnesting_1",
      differs =
          "scopes are opened by run() alone and cannot be misnested; one left open is closed by the next one out")
  @Test
  void shouldRefuseToBeLeftByAnotherTask() {
    VirtualLoop.run(
        () -> {
          CancelScope scope = new CancelScope();
          Task<?> inside = spawn("inside", () -> scope.run(() -> sleepForever()));
          yieldNow();
          assertThatThrownBy(() -> scope.exit(inside)).isInstanceOf(IllegalStateException.class);
          assertThat(inside.scope).isSameAs(scope);
          scope.cancel();
          await(inside);
          assertThat(scope.cancelledCaught()).isTrue();
        });
  }

  @Ports("trio.test_run.test_cancel_inheritance")
  @Test
  void shouldReachEveryTaskInTheGroupsInside() {
    VirtualLoop.run(
        () -> {
          List<String> record = new ArrayList<>();
          CancelScope scope = new CancelScope();
          scope.run(
              () ->
                  group(
                      g -> {
                        for (String worker : List.of("w1", "w2")) {
                          g.spawn(
                              () ->
                                  group(
                                      leaves -> {
                                        leaves.spawn(() -> leaf(worker + "-l1", record));
                                        leaves.spawn(() -> leaf(worker + "-l2", record));
                                      }));
                        }
                        settle();
                        scope.cancel();
                      }));
          assertThat(record).containsExactly("w1-l1", "w1-l2", "w2-l1", "w2-l2");
        });
  }

  private static void leaf(String name, List<String> record) {
    try {
      sleepForever();
    } catch (Cancelled cancelled) {
      record.add(name);
      throw cancelled;
    }
  }

  @Test
  void shouldNotReachGroupsFurtherOut() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          group(
              g -> {
                g.spawn(
                    () -> {
                      sleepMs(10);
                      order.step(2);
                    });
                CancelScope scope = new CancelScope();
                scope.run(
                    () -> {
                      yieldNow();
                      scope.cancel();
                      yieldNow();
                    });
                order.step(1);
              });
          order.end(2);
        });
  }

  @Ports(
      value = "trio.test_run.test_precancelled_task",
      differs = "as in asyncio, such a task does not begin")
  @Test
  void shouldNotBeginATaskThatIsSpawnedInsideWhenCancelled() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          CancelScope scope = new CancelScope();
          Deferred<Task<?>> child = new Deferred<>();
          scope.run(
              () ->
                  group(
                      g -> {
                        scope.cancel();
                        child.complete(g.spawn(() -> order.step(99)));
                      }));
          assertThat(await(child).isCancelled()).isTrue();
          order.end(0);
        });
  }

  @Test
  void shouldNotReachTasksSpawnedOutsideOfGroups() {
    VirtualLoop.run(
        () -> {
          CancelScope scope = new CancelScope();
          Deferred<Task<Integer>> free = new Deferred<>();
          scope.run(
              () -> {
                free.complete(
                    spawn(
                        () -> {
                          sleepMs(10);
                          return 42;
                        }));
                scope.cancel();
                yieldNow();
              });
          assertThat(await(await(free))).isEqualTo(42);
        });
  }

  @Test
  void shouldNotAbsorbACancelledThatIsNotItsOwn() {
    VirtualLoop.run(
        () -> {
          Cancelled foreign = new Cancelled("of another task");
          CancelScope scope = new CancelScope();
          assertThatThrownBy(
                  () ->
                      scope.run(
                          () -> {
                            throw foreign;
                          }))
              .isSameAs(foreign);
          assertThat(scope.cancelledCaught()).isFalse();
        });
  }

  @Test
  void shouldDescribeItself() {
    VirtualLoop.run(
        () -> {
          CancelScope scope = new CancelScope(VirtualLoop.ms(1500));
          assertThat(scope.toString()).matches("CancelScope@[0-9a-f]+\\[active timeout=PT1.5S]");
          scope.cancel();
          assertThat(scope.toString()).matches("CancelScope@[0-9a-f]+\\[cancelled timeout=PT1.5S]");
          assertThat(new CancelScope().toString()).matches("CancelScope@[0-9a-f]+\\[active]");
        });
  }
}
