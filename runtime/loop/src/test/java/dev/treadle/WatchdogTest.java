package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The watchdog's own thread at work: a step blocks until its report has arrived. */
class WatchdogTest {
  private final BlockingQueue<Stall> stalls = new LinkedBlockingQueue<>();

  private LoopBuilder watched() {
    return Loop.builder().stallAfter(Duration.ofMillis(10)).onStall(stalls::add);
  }

  /** The next report that is not about the machine being busy before the body began. */
  private Stall next(boolean ended) throws InterruptedException {
    Stall stall = stalls.take();
    while (stall.ended() != ended) {
      stall = stalls.take();
    }
    return stall;
  }

  @Test
  void shouldReportDuringTheStallAndAtItsEnd() throws InterruptedException {
    watched().name("web").run(() -> assertThat(next(false).loop()).isEqualTo("web"));
    assertThat(next(true).elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(10));
  }

  @Test
  void shouldWatchALoopOnVirtualTimeWhenAsked() {
    watched()
        .clock(new VirtualClock())
        .run(() -> assertThat(next(false).step()).isEqualTo("task 'main'"));
  }

  @Test
  void shouldNotWatchALoopOnVirtualTimeOfItself() {
    Virtually.run(() -> assertThat(Virtually.loop().watch(Loop.current())).isNull());
  }

  @Test
  void shouldNotWatchWhenTurnedOff() {
    LoopBuilder off = Loop.builder().stallAfter(Duration.ZERO);
    Virtually.run(() -> assertThat(off.watch(Loop.current())).isNull());
  }

  @Test
  void shouldWatchALoopOnRealTimeOfItself() {
    Virtually.run(() -> assertThat(Loop.builder().watch(Loop.current())).isNotNull());
  }

  @Test
  void shouldRefuseANegativeThreshold() {
    assertThatThrownBy(() -> Loop.builder().stallAfter(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("stallAfter must not be negative: stallAfter=PT-0.001S; zero turns it off");
  }

  @Test
  void shouldGoOnWhenAHandlerThrows() {
    Loop.builder()
        .stallAfter(Duration.ofMillis(10))
        .onStall(
            stall -> {
              stalls.add(stall);
              throw new IllegalStateException("on purpose: a broken handler");
            })
        .run(
            () -> {
              next(false);
              yieldNow();
              next(true);
              next(false);
            });
  }

  @Test
  void shouldHaveOneThreadForAllLoopsAndNoneWithoutLoops() throws InterruptedException {
    Thread first = watched().<Thread>run(() -> watchdog(Watchdog.thread()));
    Thread second =
        watched()
            .<Thread>run(
                () -> {
                  try (Loop other = watched().start()) {
                    Thread both = watchdog(Watchdog.thread());
                    assertThat(both.isDaemon()).isTrue();
                    assertThat(await(other.submit(() -> watchdog(Watchdog.thread()))))
                        .isSameAs(both);
                    return both;
                  }
                });
    // Joining returns: it ends by itself.
    first.join();
    second.join();
  }

  private static Thread watchdog(@Nullable Thread thread) {
    assertThat(thread).isNotNull();
    return thread == null ? Thread.currentThread() : thread;
  }
}
