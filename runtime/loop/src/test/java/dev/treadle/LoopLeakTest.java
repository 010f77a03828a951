package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is over is released, while the loop lives on. */
@Timeout(60)
class LoopLeakTest {
  @Test
  void shouldReleaseATaskWhenItHasEnded() {
    Virtually.run(
        () -> {
          List<WeakReference<?>> released = new ArrayList<>();
          for (int n = 0; n < 10; n++) {
            byte[] local = new byte[1000];
            Task<?> task =
                spawn(
                    () -> {
                      sleep(Duration.ofSeconds(1));
                      return local.length;
                    });
            released.add(new WeakReference<>(task));
            released.add(new WeakReference<>(local));
            await(task);
          }
          assertThat(Loop.current().root().size()).isEqualTo(1);
          assertReleased(released);
        });
  }

  @Test
  void shouldReleaseATaskWhenItWasCancelledBeforeAndAfterItBegan() {
    Virtually.run(
        () -> {
          List<WeakReference<?>> released = new ArrayList<>();
          Deferred<String> longLived = new Deferred<>();
          for (int n = 0; n < 10; n++) {
            Task<?> never = spawn(() -> await(longLived));
            never.cancel();
            released.add(new WeakReference<>(never));
            Task<?> waiting = spawn(() -> await(longLived));
            yieldNow();
            waiting.cancel();
            yieldNow();
            released.add(new WeakReference<>(waiting));
          }
          assertReleased(released);
          longLived.complete("kept until here");
        });
  }

  @Test
  void shouldHoldNoWaiterWhenADeferredIsAwaitedWithTimeouts() {
    Virtually.run(
        () -> {
          Deferred<String> longLived = new Deferred<>();
          List<WeakReference<?>> released = new ArrayList<>();
          for (int n = 0; n < 10; n++) {
            Object local = new Object();
            released.add(new WeakReference<>(local));
            assertThat(
                    moveOnAfter(
                        Duration.ofSeconds(1),
                        () -> {
                          await(longLived);
                          return local;
                        }))
                .isEmpty();
          }
          assertReleased(released);
          longLived.complete("kept until here");
        });
  }

  @Test
  void shouldHoldNoWaiterWhenADeferredOfAnotherLoopIsAwaitedWithTimeouts() {
    try (Loop other = Loop.start("other")) {
      Deferred<String> longLived = new Deferred<>(other);
      Treadle.run(
          () -> {
            List<WeakReference<?>> released = new ArrayList<>();
            for (int n = 0; n < 10; n++) {
              Task<?> task = spawn(() -> await(longLived));
              yieldNow();
              task.cancel();
              yieldNow();
              released.add(new WeakReference<>(task));
            }
            await(other.submit(() -> null));
            assertReleased(released);
          });
      longLived.complete("kept until here");
    }
  }

  @Test
  void shouldReleaseTheLoopWhenItHasEnded() {
    WeakReference<Loop> borrowed = new WeakReference<>(Virtually.run(() -> Loop.current()));
    Loop started = Loop.start("started");
    WeakReference<Loop> own = new WeakReference<>(started);
    await(started.submit(() -> null));
    started.close();
    started = null;
    assertReleased(List.<WeakReference<?>>of(borrowed, own));
  }

  private static void assertReleased(List<WeakReference<?>> references) {
    for (int n = 0; n < 100 && references.stream().anyMatch(r -> r.get() != null); n++) {
      System.gc();
    }
    assertThat(references).allMatch(reference -> reference.get() == null);
  }
}
