package dev.treadle.testing;

import dev.treadle.Loop;
import java.util.List;
import java.util.UUID;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * The main class of a child JVM in which a guarded loop uses things of the JDK for the first time.
 */
final class ChildFirstUse {
  private ChildFirstUse() {}

  /** Logs before the guard is there if told so; prints the violations, then the allowances used. */
  public static void main(String[] arguments) {
    if (List.of(arguments).contains("log-first")) {
      System.getLogger("first").log(System.Logger.Level.INFO, "before the guard");
      Operators.onErrorDropped(new Exception("before the guard"), Context.empty());
    }
    BlockingGuard.install();
    try (Recording recording = BlockingGuard.record()) {
      Loop.builder()
          .run(
              () -> {
                attempt(() -> Loop.current().reportFailure("test", new Exception("logged")));
                attempt(() -> UUID.randomUUID());
                attempt(() -> Operators.onErrorDropped(new Exception("dropped"), Context.empty()));
              });
      recording.violations().forEach(violation -> System.out.println(violation.report()));
    }
    BlockingGuard.usedAllowances()
        .forEach(used -> System.out.println("used " + used.className() + "." + used.method()));
    System.exit(0);
  }

  private static void attempt(Runnable action) {
    try {
      action.run();
    } catch (Throwable refused) {
      refused.printStackTrace(System.out);
    }
  }
}
