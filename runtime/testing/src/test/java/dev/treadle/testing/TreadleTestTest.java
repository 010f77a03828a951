package dev.treadle.testing;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.testing.Samples.assertPasses;
import static dev.treadle.testing.Samples.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.DeadlockException;
import dev.treadle.Deferred;
import dev.treadle.Loop;
import dev.treadle.coroutines.PinnedException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class TreadleTestTest {
  @Test
  void shouldFailWithTheDumpWhenATaskLeaks() {
    assertThat(failureOf(Cases.class, "leaks"))
        .isInstanceOf(LoopTestError.class)
        .hasMessageStartingWith(
            "tasks leaked: alive when the test method ended: tasks=[forgotten, late];")
        .hasMessageContaining("Task[forgotten suspended on")
        .hasMessageContaining("Cases.forget");
  }

  @Test
  void shouldPassWhenTheTaskLeftOverIsCancelled() {
    assertPasses(Cases.class, "cancels");
  }

  @Test
  void shouldFailWithTheDumpWhenNobodyObservesAFailure() {
    assertThat(failureOf(Cases.class, "failsUnobserved"))
        .isInstanceOf(LoopTestError.class)
        .hasMessageStartingWith(
            "a failure nobody observed: source=task 'fails'"
                + " failure=java.lang.IllegalStateException: broken; await the task")
        .hasMessageContaining("Task[main running]")
        .hasRootCauseMessage("broken");
    assertThat(failureOf(Cases.class, "failsInCallback"))
        .isInstanceOf(LoopTestError.class)
        .hasMessageContaining("failure=java.lang.IllegalStateException: broken");
  }

  @Test
  void shouldPassWhenTheFailureIsObserved() {
    assertPasses(Cases.class, "observes");
  }

  @Test
  void shouldFailWithTheDumpOnADeadlock() {
    assertThat(failureOf(Cases.class, "deadlocks"))
        .isInstanceOf(DeadlockException.class)
        .hasMessageContaining("Task[main suspended on")
        .hasMessageContaining("Cases.deadlocks")
        .hasNoSuppressedExceptions();
    assertThat(failureOf(Cases.class, "deadlocksOnRealTime")).isInstanceOf(DeadlockException.class);
  }

  @Test
  void shouldFailOnAnAwaitInsideSynchronized() {
    assertThat(failureOf(Cases.class, "awaitsInsideSynchronized"))
        .isInstanceOf(PinnedException.class)
        .hasMessageContaining("pinned=MONITOR")
        .hasNoSuppressedExceptions();
  }

  @Test
  void shouldFailWithTheDumpOnASwallowedAwaitInsideSynchronized() {
    assertThat(failureOf(Cases.class, "swallowsPinned"))
        .isInstanceOf(LoopTestError.class)
        .hasMessageStartingWith("await inside synchronized: task=main frame=")
        .hasMessageContaining("TreadleTestTest.java")
        .hasMessageContaining("Task[main running]")
        .hasCauseInstanceOf(PinnedException.class);
  }

  @Test
  void shouldFailWithTheDumpWhenATurnTakesTooLong() {
    assertThat(failureOf(Cases.class, "hogs"))
        .isInstanceOf(LoopTestError.class)
        .hasMessageMatching(
            "(?s)a turn of the loop took too long: cpuMillis=\\d+ maxTurnMillis=50 steps=2"
                + " longest=hog; .*Task\\[main.*");
    assertThat(failureOf(Cases.class, "hogsInCallback"))
        .hasMessageContaining("longest=a callback of the loop");
  }

  @Test
  void shouldReportEverythingWithTheOwnFailureFirst() {
    Throwable failure = failureOf(Cases.class, "failsManifold");

    assertThat(failure).isInstanceOf(AssertionError.class).hasMessage("own");
    assertThat(failure.getSuppressed())
        .extracting(Throwable::getMessage)
        .satisfiesExactly(
            message -> assertThat(message).startsWith("blocking call on the event loop"),
            message -> assertThat(message).startsWith("await inside synchronized"),
            message -> assertThat(message).startsWith("tasks leaked"),
            message -> assertThat(message).startsWith("a failure nobody observed"));
  }

  @Test
  void shouldFailAnAbortedTestThatBlocked() {
    assertThat(failureOf(Cases.class, "blocksAndAborts"))
        .isInstanceOf(BlockingCallError.class)
        .hasSuppressedException(new org.opentest4j.TestAbortedException("Assumption failed: no"));
  }

  @Test
  void shouldRethrowTheOwnFailureAsItIs() {
    assertThat(failureOf(Cases.class, "throwsChecked"))
        .isInstanceOf(java.io.IOException.class)
        .hasNoCause()
        .hasNoSuppressedExceptions();
  }

  static class Cases {
    @TreadleTest
    void leaks() {
      spawn("forgotten", () -> forget());
      yieldNow();
      yieldNow();
      spawn("late", () -> forget());
    }

    private static void forget() {
      sleep(Duration.ofDays(1));
    }

    @TreadleTest
    void cancels() {
      var task = spawn(() -> forget());
      yieldNow();
      task.cancel();
    }

    @TreadleTest
    void failsUnobserved() {
      spawn("fails", () -> fail());
      yieldNow();
      yieldNow();
    }

    private static void fail() {
      throw new IllegalStateException("broken");
    }

    @TreadleTest
    void failsInCallback(Loop loop) {
      loop.callSoon(() -> fail());
      yieldNow();
      yieldNow();
    }

    @TreadleTest
    void observes() {
      var task = spawn(() -> fail());
      assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> await(task)))
          .hasMessage("broken");
      var cancelled = spawn(() -> forget());
      cancelled.cancel();
      assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> await(cancelled)))
          .isInstanceOf(CancellationException.class);
    }

    @TreadleTest(deadlockAfterMillis = 10)
    void deadlocks() {
      group(
          g -> {
            g.spawn("other", () -> await(new Deferred<String>()));
          });
    }

    @TreadleTest(clock = TestClock.REAL, deadlockAfterMillis = 10)
    void deadlocksOnRealTime() {
      await(new Deferred<String>());
    }

    @TreadleTest
    void awaitsInsideSynchronized() {
      synchronized (this) {
        sleep(Duration.ofSeconds(1));
      }
    }

    @TreadleTest
    void swallowsPinned() {
      try {
        awaitsInsideSynchronized();
      } catch (PinnedException swallowed) {
        // On purpose.
      }
    }

    @TreadleTest(maxTurnMillis = 50)
    void hogs() {
      group(
          g -> {
            g.spawn("meek", () -> yieldNow());
            g.spawn("hog", () -> hog());
          });
    }

    @TreadleTest(maxTurnMillis = 50)
    void hogsInCallback(Loop loop) {
      loop.callSoon(() -> hog());
      yieldNow();
      yieldNow();
    }

    private static void hog() {
      var threads = java.lang.management.ManagementFactory.getThreadMXBean();
      long end = threads.getCurrentThreadCpuTime() + Duration.ofMillis(300).toNanos();
      while (threads.getCurrentThreadCpuTime() < end) {
        // Computes.
      }
    }

    @TreadleTest
    void failsManifold() {
      spawn("fails", () -> fail());
      spawn("forgotten", () -> forget());
      yieldNow();
      yieldNow();
      swallowsPinned();
      try {
        Thread.sleep(1);
      } catch (Throwable swallowed) {
        // On purpose.
      }
      throw new AssertionError("own");
    }

    @TreadleTest
    void blocksAndAborts() {
      try {
        Thread.sleep(1);
      } catch (Throwable swallowed) {
        // On purpose.
      }
      Assumptions.assumeTrue(false, "no");
    }

    @TreadleTest
    void throwsChecked() throws java.io.IOException {
      throw new java.io.IOException("checked");
    }
  }
}
