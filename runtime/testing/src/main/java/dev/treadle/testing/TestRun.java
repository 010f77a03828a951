package dev.treadle.testing;

import dev.treadle.Cancelled;
import dev.treadle.Loop;
import dev.treadle.LoopBuilder;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.VirtualClock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One run of a test method on a loop of its own, and the judgement of what happened. */
final class TestRun {
  private final String name;
  private final TestSettings settings;
  private final VirtualClock clock;
  private final Problems problems = new Problems();
  private @Nullable Throwable own;

  TestRun(String name, TestSettings settings, VirtualClock clock) {
    this.name = name;
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * @param seed of the order of ready tasks, or null for the loop's own
   */
  void execute(@Nullable Long seed, Body body) throws Throwable {
    LoopBuilder builder =
        Loop.builder()
            .name(name)
            .handleInterrupt(false)
            .deadlockAfter(settings.deadlockAfter())
            .onFailure(problems::unobserved)
            .instrument(new LoopWatch(settings.maxTurn(), problems));
    if (settings.clock() == TestClock.VIRTUAL) {
      builder.clock(clock);
    }
    if (seed != null) {
      builder.chaos(seed);
    }
    try (Recording recording = BlockingGuard.record()) {
      try {
        builder.run(() -> main(body));
      } catch (Throwable broken) {
        // The loop's own: a deadlock. It cancelled the method, whose end so says nothing.
        if (own == null || own instanceof Cancelled) {
          own = broken;
        } else {
          problems.add(broken);
        }
      }
      problems.blocked(recording.errors());
    }
    problems.rethrow(own);
  }

  private void main(Body body) {
    Loop loop = Loop.current();
    BlockingGuard.requireActive();
    try {
      body.run(loop);
    } catch (Throwable failure) {
      own = failure;
    }
    List<Task<?>> leaked =
        loop.tasks().stream()
            .filter(task -> task != Treadle.currentTask() && !task.isCancelling())
            .toList();
    problems.ended(loop.dump(), leaked);
  }

  /** The test method's call. */
  @FunctionalInterface
  interface Body {
    void run(Loop loop) throws Throwable;
  }
}
