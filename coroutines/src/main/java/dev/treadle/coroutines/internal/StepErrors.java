package dev.treadle.coroutines.internal;

import org.jspecify.annotations.Nullable;

/** The sentences in which a step or a yield is refused. */
final class StepErrors {
  private StepErrors() {}

  static IllegalStateException running(Stepper stepper, Object runner) {
    return new IllegalStateException(
        "cannot step: already running, by "
            + name(runner)
            + ": kind="
            + stepper.kind()
            + "; step it from one task or thread at a time, and not from its own body");
  }

  static IllegalStateException outside(Stepper stepper, Object here) {
    return new IllegalStateException(
        "yield from outside its own body: yielder="
            + stepper
            + " caller="
            + name(here)
            + "; yield in the body itself, or use yieldFrom to hand over to another generator");
  }

  static IllegalStateException insideScope(Stepper stepper, TaskHost task, @Nullable Object scope) {
    return new IllegalStateException(
        "cannot yield inside a cancel scope or group: scope="
            + scope
            + " task="
            + task.describe()
            + " kind="
            + stepper.kind()
            + "; leave the scope before yielding, or put it around the code that steps");
  }

  static IllegalStateException abandoned(Stepper stepper) {
    return new IllegalStateException(
        "cannot step: it was closed with the scope it was made in: "
            + stepper.kind()
            + "="
            + stepper
            + "; make it in the scope or task that takes its last step");
  }

  static IllegalStateException leaked(String kind, Throwable signal) {
    return new IllegalStateException(
        "body raised StopIteration: kind=" + kind + "; end the body by returning", signal);
  }

  static IllegalStateException ignoredExit(Stepper stepper) {
    return new IllegalStateException(
        "body ignored GeneratorExit: "
            + stepper.kind()
            + "="
            + stepper
            + "; do not yield again once closed, rethrow GeneratorExit or return");
  }

  static IllegalStateException notStarted(Stepper stepper, Object value) {
    return new IllegalStateException(
        "cannot send to a body that has not started: value="
            + value
            + " kind="
            + stepper.kind()
            + "; call next() first, to run it to its first yield");
  }

  static IllegalStateException cannotSend(Stepper stepper, Object value) {
    return new IllegalStateException(
        "cannot send to a generator: value="
            + value
            + " target="
            + stepper
            + "; step with next() while it is delegated to, or delegate to a Coroutine");
  }

  static IllegalStateException noResult(Stepper stepper, @Nullable Throwable failure) {
    return new IllegalStateException(
        "no result: coroutine=" + stepper + "; ask for it once the body has returned", failure);
  }

  static String name(@Nullable Object runner) {
    return switch (runner) {
      case TaskHost task -> task.describe();
      case Thread thread -> "thread '" + thread.getName() + "'";
      case null, default -> "nobody";
    };
  }
}
