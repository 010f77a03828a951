package dev.treadle.testing;

import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.testing.Samples.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Loop;
import dev.treadle.Treadle;
import dev.treadle.VirtualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.platform.testkit.engine.Events;

class ParametersTest {
  private static final List<String> SEEN = new ArrayList<>();

  @Test
  void shouldRunEveryKindOfTest() {
    SEEN.clear();

    Events tests = Samples.runAll(Cases.class);

    tests.failed().assertThatEvents().isEmpty();
    assertThat(SEEN)
        .containsExactlyInAnyOrder(
            "inherited", "loop", "both", "jumps", "real", "nested", "repeated", "repeated", "meta");
  }

  @Test
  void shouldRefuseAVirtualClockOnRealTime() {
    assertThat(failureOf(Wrong.class, "asksForClock"))
        .isInstanceOf(ParameterResolutionException.class)
        .hasMessageContaining("no VirtualClock on real time: method=asksForClock clock=REAL;");
  }

  @Test
  void shouldGiveEachTestItsOwnLoopAndTime() {
    SEEN.clear();

    Samples.runAll(Two.class).failed().assertThatEvents().isEmpty();

    assertThat(SEEN).containsExactlyInAnyOrder("PT1S", "PT1S");
  }

  abstract static class Base {
    @TreadleTest
    void inherited(Loop loop) {
      assertThat(Loop.current()).isSameAs(loop);
      SEEN.add("inherited");
    }
  }

  static class Cases extends Base {
    @BeforeEach
    @AfterEach
    void blocksOffTheLoop() throws InterruptedException {
      assertThat(Treadle.currentTask()).isNull();
      Thread.sleep(1);
    }

    @TreadleTest
    void loop(Loop loop) {
      assertThat(loop.isLoopThread()).isTrue();
      assertThat(loop.name()).isEqualTo("loop");
      assertThat(Treadle.currentTask()).hasToString("Task[main running]");
      SEEN.add("loop");
    }

    @TreadleTest
    void both(VirtualClock clock, TestInfo info, Loop loop) {
      assertThat(clock.instant()).isEqualTo(loop.clock().instant()).isEqualTo(Instant.EPOCH);
      assertThat(info.getDisplayName()).startsWith("both");
      SEEN.add("both");
    }

    @TreadleTest
    void jumps(VirtualClock clock) {
      long real = System.nanoTime();
      var task = spawn(() -> sleep(Duration.ofHours(2)));
      sleep(Duration.ofHours(1));
      assertThat(clock.elapsed()).isEqualTo(Duration.ofHours(1));
      Treadle.await(task);
      assertThat(clock.elapsed()).isEqualTo(Duration.ofHours(2));
      assertThat(System.nanoTime() - real).isLessThan(Duration.ofHours(1).toNanos());
      SEEN.add("jumps");
    }

    @TreadleTest(clock = TestClock.REAL)
    void real(Loop loop) {
      long real = System.nanoTime();
      sleep(Duration.ofMillis(2));
      assertThat(System.nanoTime() - real).isGreaterThanOrEqualTo(Duration.ofMillis(2).toNanos());
      assertThat(loop.clock().instant()).isAfter(Instant.parse("2020-01-01T00:00:00Z"));
      SEEN.add("real");
    }

    @RepeatedTest(2)
    @ExtendWith(TreadleExtension.class)
    void repeated(Loop loop) {
      sleep(Duration.ofHours(1));
      assertThat(loop.time()).isEqualTo(Duration.ofHours(1));
      SEEN.add("repeated");
    }

    @Meta
    void meta(Loop loop) {
      sleep(Duration.ofMillis(1));
      assertThat(loop.clock().instant()).isAfter(Instant.parse("2020-01-01T00:00:00Z"));
      SEEN.add("meta");
    }

    @Nested
    class Inner {
      @TreadleTest
      void nested(Loop loop) {
        assertThat(Loop.current()).isSameAs(loop);
        SEEN.add("nested");
      }
    }
  }

  @java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME)
  @TreadleTest(clock = TestClock.REAL)
  @interface Meta {}

  static class Wrong {
    @TreadleTest(clock = TestClock.REAL)
    void asksForClock(VirtualClock clock) {
      throw new AssertionError("not reached: clock=" + clock);
    }
  }

  static class Two {
    @BeforeEach
    void remember(VirtualClock clock) {
      assertThat(clock.elapsed()).isZero();
      before = clock;
    }

    private @Nullable VirtualClock before;

    @TreadleTest
    void first(VirtualClock clock) {
      assertThat(clock).isSameAs(before);
      sleep(Duration.ofSeconds(1));
      SEEN.add(clock.elapsed().toString());
    }

    @TreadleTest
    void second(VirtualClock clock) {
      sleep(Duration.ofSeconds(1));
      SEEN.add(clock.elapsed().toString());
    }
  }
}
