package dev.treadle;

import dev.treadle.coroutines.PinnedException;
import dev.treadle.internal.Monitors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Shows what happens to the loop's instrument, if there is one, and to debug mode, if it is on. */
final class Observers {
  private final Loop loop;
  private @Nullable Instrument instrument;

  /** From when on a step is logged as slow; zero: never. */
  private final long slowNanos;

  Observers(Loop loop, @Nullable Instrument instrument, long slowNanos) {
    this.loop = loop;
    this.instrument = instrument;
    this.slowNanos = slowNanos;
  }

  /** Whether anybody looks: nothing need be shown otherwise. */
  boolean isPresent() {
    return instrument != null || slowNanos > 0;
  }

  void spawned(Task<?> task) {
    if (instrument != null) {
      show(sees -> sees.taskSpawned(task));
    }
  }

  void ended(Task<?> task) {
    if (instrument != null) {
      show(sees -> sees.taskEnded(task));
    }
  }

  void stepStarted(Task<?> task) {
    if (instrument != null) {
      show(sees -> sees.stepStarted(task));
    }
  }

  void stepEnded(Task<?> task) {
    if (instrument != null) {
      show(sees -> sees.stepEnded(task));
    }
  }

  /**
   * A task is about to suspend.
   *
   * @throws PinnedException in debug mode, if it is inside {@code synchronized}
   */
  void suspending(Task<?> task) {
    if (instrument != null) {
      show(sees -> sees.suspending(task));
    }
    if (loop.isDebug()) {
      PinnedException pinned = Monitors.pinned();
      if (pinned != null) {
        throw pinned;
      }
    }
  }

  void pinned(Task<?> task, PinnedException exception) {
    if (instrument != null) {
      show(sees -> sees.pinned(task, exception));
    }
  }

  /** Begins to measure a step, if that is asked for. */
  @Nullable SlowStep time(@Nullable Object step) {
    return slowNanos > 0 && step != null ? new SlowStep(loop, step, slowNanos) : null;
  }

  /** Shows it something; an instrument that throws is taken out. */
  void show(Consumer<Instrument> event) {
    Instrument sees = instrument;
    if (sees == null) {
      return;
    }
    try {
      event.accept(sees);
    } catch (Throwable failure) {
      instrument = null;
      loop.failures.report("instrument", failure);
    }
  }
}
