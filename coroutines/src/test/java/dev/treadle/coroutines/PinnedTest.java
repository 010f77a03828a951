package dev.treadle.coroutines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs under {@code -XX:LockingMode=1}, where a held monitor pins. */
class PinnedTest {
  private final List<PinnedException> log = new ArrayList<>();

  private void yieldHolding(Object monitor, Generator.Yielder<Integer> y) {
    synchronized (monitor) {
      y.yield(-1);
    }
  }

  @Test
  void shouldThrowAndGoOnWhenAMonitorIsHeld() {
    Generator<Integer> generator =
        Generator.of(
            y -> {
              y.yield(1);
              try {
                yieldHolding(log, y);
              } catch (PinnedException e) {
                log.add(e);
              }
              y.yield(2);
            });
    assertThat(generator.next()).isEqualTo(1);
    assertThat(generator.next()).isEqualTo(2);
    assertThat(generator.hasNext()).isFalse();
    assertThat(log).hasSize(1);
    assertThat(log.getFirst().reason()).isEqualTo("MONITOR");
    assertThat(log.getFirst().frame())
        .contains("PinnedTest.yieldHolding(PinnedTest.java:")
        .contains("java.util.ArrayList");
    assertThat(log.getFirst()).hasMessageContaining("pinned=MONITOR").hasMessageContaining("; ");
  }

  @Test
  void shouldThrowFromYieldFromWhenAMonitorIsHeld() {
    Generator<Integer> inner = Generator.of(y -> y.yield(1));
    Generator<Integer> outer =
        Generator.of(
            y -> {
              synchronized (this) {
                try {
                  y.yieldFrom(inner);
                } catch (PinnedException e) {
                  log.add(e);
                }
              }
              y.yield(2);
            });
    assertThat(outer.next()).isEqualTo(2);
    assertThat(log).hasSize(1);
    assertThat(inner.next()).isEqualTo(1);
  }

  @Test
  void shouldNotMindAMonitorHeldByTheCodeThatSteps() {
    Generator<Integer> generator = Generator.of(y -> y.yieldFrom(List.of(1, 2)));
    synchronized (this) {
      assertThat(generator.next()).isEqualTo(1);
    }
    assertThat(generator.next()).isEqualTo(2);
  }

  /** Hands the yielder to an initializer, which has a native frame below it. */
  private static final class Pinning {
    static final List<Generator.Yielder<Integer>> YIELDER = new ArrayList<>();

    private static final class InitializerYields {
      static final boolean DONE;

      static {
        YIELDER.getFirst().yield(-1);
        DONE = true;
      }
    }
  }

  @Test
  void shouldNameTheInitializerWhenANativeFramePins() {
    Generator<Integer> generator =
        Generator.of(
            y -> {
              Pinning.YIELDER.add(y);
              if (Pinning.InitializerYields.DONE) {
                y.yield(1);
              }
            });
    var failure = catchThrowableOfType(ExceptionInInitializerError.class, generator::next);
    assertThat(failure.getCause())
        .isInstanceOfSatisfying(
            PinnedException.class,
            pinned -> {
              assertThat(pinned.reason()).isEqualTo("NATIVE");
              assertThat(pinned.frame()).contains("InitializerYields.<clinit>");
            });
    assertThat(generator.isDone()).isTrue();
  }

  @Test
  void shouldThrowWhenATaskAwaitsWhileAMonitorIsHeldOutsideTheGenerator() {
    Generator<Integer> generator =
        Generator.of(
            y -> {
              try {
                MiniTask.await();
              } catch (PinnedException e) {
                log.add(e);
              }
              y.yield(1);
            });
    List<Integer> got = new ArrayList<>();
    var task =
        new MiniTask(
                "a",
                () -> {
                  synchronized (log) {
                    got.add(generator.next());
                  }
                })
            .run();
    assertThat(task.isDone()).isTrue();
    assertThat(got).containsExactly(1);
    assertThat(log).singleElement().extracting(PinnedException::reason).isEqualTo("MONITOR");
  }
}
