package dev.treadle;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Bodies without a value as bodies whose value is null. */
final class Valueless {
  private Valueless() {}

  static Callable<@Nullable Void> callable(Action<? extends Exception> body) {
    Objects.requireNonNull(body, "body");
    return () -> {
      body.run();
      return null;
    };
  }

  static <X extends Exception> Block<@Nullable Void, X> block(Action<X> body) {
    Objects.requireNonNull(body, "body");
    return () -> {
      body.run();
      return null;
    };
  }

  static TaskGroup.Body<@Nullable Void> body(TaskGroup.Action body) {
    Objects.requireNonNull(body, "body");
    return group -> {
      body.run(group);
      return null;
    };
  }
}
