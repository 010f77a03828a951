package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.shield;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.withTimeout;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.VirtualLoop.ms;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.settle;
import static dev.treadle.VirtualLoop.sleepForever;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.conformance.Ports;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ShieldTest {
  private static void assertCancelledHere() {
    assertThatThrownBy(() -> yieldNow()).isInstanceOf(Cancelled.class);
  }

  @Ports("trio.test_run.test_cancel_shielding")
  @Test
  void shouldHoldOffTheOuterButNotTheInnerOrItself() {
    VirtualLoop.run(
        () -> {
          CancelScope outer = new CancelScope();
          CancelScope inner = new CancelScope();
          Order order = new Order();
          outer.run(
              () -> {
                inner.run(
                    () -> {
                      yieldNow();
                      outer.cancel();
                      assertCancelledHere();
                      assertThat(inner.isShielded()).isFalse();
                      inner.setShielded(true);
                      assertThat(inner.isShielded()).isTrue();
                      yieldNow();

                      CancelScope innermost = new CancelScope();
                      innermost.run(
                          () -> {
                            innermost.cancel();
                            assertCancelledHere();
                          });
                      yieldNow();

                      inner.setShielded(false);
                      assertCancelledHere();
                      inner.setShielded(true);
                      yieldNow();

                      inner.cancel();
                      order.step(1);
                      yieldNow();
                      order.step(99);
                    });
                order.step(98);
              });
          order.end(1);
          // trio's test lets the inner catch it: there the shield stands until the scope is left,
          // and so it does here, but the outer scope is cancelled all the same and always wins.
          assertThat(outer.cancelledCaught()).isTrue();
        });
  }

  @Ports("trio.test_run.test_cancel_shield_abort")
  @Test
  void shouldEndTheSleepOfAChildWhenTheShieldIsLowered() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          CancelScope outer = new CancelScope();
          outer.run(
              () -> {
                CancelScope shield = new CancelScope();
                shield.setShielded(true);
                shield.run(
                    () ->
                        group(
                            g -> {
                              outer.cancel();
                              g.spawn(
                                  () -> {
                                    order.step(1);
                                    try {
                                      sleepForever();
                                    } finally {
                                      order.step(3);
                                    }
                                  });
                              settle();
                              order.step(2);
                              shield.setShielded(false);
                              shield(() -> settle());
                              order.step(4);
                            }));
              });
          order.end(4);
          assertThat(outer.cancelledCaught()).isTrue();
        });
  }

  @Ports("trio.test_run.test_unshield_while_cancel_propagating")
  // Raised while a Cancelled of the outer passes
  @Test
  void shouldLetACancelledPassWhenRaisedWhileItPropagates() {
    VirtualLoop.run(
        () -> {
          CancelScope outer = new CancelScope();
          CancelScope inner = new CancelScope();
          outer.run(
              () ->
                  inner.run(
                      () -> {
                        outer.cancel();
                        try {
                          yieldNow();
                        } finally {
                          inner.setShielded(true);
                        }
                      }));
          assertThat(outer.cancelledCaught()).isTrue();
          assertThat(inner.cancelledCaught()).isFalse();
        });
  }

  @Ports("trio.test_run.test_unshield_while_cancel_propagating")
  // The Cancelled on its way is still a cancellation and not a failure
  @Test
  void shouldLetACancelledPassThroughGroupsWhenRaisedWhileItPropagates() {
    VirtualLoop.run(
        () -> {
          CancelScope outer = new CancelScope();
          CancelScope inner = new CancelScope();
          Deferred<Task<?>> child = new Deferred<>();
          outer.run(
              () ->
                  inner.run(
                      () ->
                          group(
                              g -> {
                                child.complete(
                                    g.spawn(
                                        () -> {
                                          try {
                                            sleepForever();
                                          } finally {
                                            inner.setShielded(true);
                                          }
                                        }));
                                settle();
                                outer.cancel();
                                sleepForever();
                              })));
          assertThat(outer.cancelledCaught()).isTrue();
          assertThat(await(child).isCancelled()).isTrue();
        });
  }

  @Ports("trio.test_run.test_cancel_unbound")
  // Shield before entry
  @Test
  void shouldHoldFromTheStartWhenRaisedBeforeEntry() {
    VirtualLoop.run(
        () -> {
          CancelScope outer = new CancelScope();
          CancelScope scope = new CancelScope();
          scope.setShielded(true);
          outer.run(
              () ->
                  scope.run(
                      () -> {
                        outer.cancel();
                        yieldNow();
                        scope.setShielded(false);
                        assertCancelledHere();
                      }));
          assertThat(outer.cancelledCaught()).isFalse();
        });
  }

  @Test
  void shouldFinishCleanUpThatAwaitsWhenTheTaskIsCancelled() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          Task<?> task =
              spawn(
                  () -> {
                    try {
                      sleepForever();
                    } finally {
                      String saved =
                          shield(
                              () -> {
                                sleepMs(100);
                                return "saved";
                              });
                      assertThat(saved).isEqualTo("saved");
                      order.step(1);
                      assertCancelledHere();
                      order.step(2);
                    }
                  });
          yieldNow();
          task.cancel();
          assertThatThrownBy(() -> await(task))
              .isInstanceOf(java.util.concurrent.CancellationException.class);
          order.end(2);
          assertThat(now()).isEqualTo(100);
        });
  }

  @Test
  void shouldObeyATimeoutInside() {
    VirtualLoop.run(
        () -> {
          boolean outerInTime =
              moveOnAfter(
                  ms(10),
                  () -> {
                    try {
                      sleepForever();
                    } finally {
                      boolean inTime = shield(() -> moveOnAfter(ms(100), () -> sleepForever()));
                      assertThat(inTime).isFalse();
                    }
                  });
          assertThat(outerInTime).isFalse();
          assertThat(now()).isEqualTo(110);
        });
  }

  @Test
  void shouldHoldUpATimeoutOutside() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          assertThatThrownBy(
                  () ->
                      withTimeout(
                          ms(10),
                          () -> {
                            shield(() -> sleepMs(50));
                            order.step(1);
                            yieldNow();
                            order.step(99);
                          }))
              .isInstanceOf(DeadlineExceededException.class);
          order.end(1);
          assertThat(now()).isEqualTo(50);
        });
  }

  @Test
  void shouldLetFailuresThroughAsThemselves() {
    VirtualLoop.run(
        () -> {
          IOException failure = new IOException();
          assertThatThrownBy(
                  () ->
                      shield(
                          () -> {
                            throw failure;
                          }))
              .isSameAs(failure);
          assertThat(Task.require("test").scope).isNull();
        });
  }

  @Test
  void shouldRefuseWhenOutsideATask() {
    assertThatThrownBy(() -> shield(() -> 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("shield() outside a task: thread=");
  }

  @Test
  void shouldShieldTheGroupsInside() {
    VirtualLoop.run(
        () -> {
          CancelScope scope = new CancelScope();
          scope.run(
              () -> {
                scope.cancel();
                int value =
                    shield(
                        () ->
                            group(
                                g -> {
                                  var child =
                                      g.spawn(
                                          () -> {
                                            sleepMs(10);
                                            return 42;
                                          });
                                  return await(child);
                                }));
                assertThat(value).isEqualTo(42);
                sleepForever();
              });
          assertThat(scope.cancelledCaught()).isTrue();
          assertThat(now()).isEqualTo(10);
        });
  }
}
