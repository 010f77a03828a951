package dev.treadle;

import dev.treadle.coroutines.PinnedException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Shows the loop's instrument, if there is one, what happens. */
final class Observers {
  private final Failures failures;
  private @Nullable Instrument instrument;

  Observers(Failures failures, @Nullable Instrument instrument) {
    this.failures = failures;
    this.instrument = instrument;
  }

  /** Whether anybody looks: nothing need be shown otherwise. */
  boolean isPresent() {
    return instrument != null;
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

  void suspending(Task<?> task) {
    if (instrument != null) {
      show(sees -> sees.suspending(task));
    }
  }

  void pinned(Task<?> task, PinnedException exception) {
    if (instrument != null) {
      show(sees -> sees.pinned(task, exception));
    }
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
      failures.report("instrument", failure);
    }
  }
}
