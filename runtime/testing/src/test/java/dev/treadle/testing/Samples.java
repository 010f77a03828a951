package dev.treadle.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.Optional;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** Runs the sample tests nested in our tests, which Surefire does not find by itself. */
final class Samples {
  private Samples() {}

  /** What a test method, which must have failed, failed with. */
  static Throwable failureOf(Class<?> type, String method) {
    return failure(run(selectMethod(type, find(type, method))));
  }

  static void assertPasses(Class<?> type, String method) {
    Events tests = run(selectMethod(type, find(type, method)));
    tests.failed().assertThatEvents().isEmpty();
    assertThat(tests.succeeded().count()).isEqualTo(1);
  }

  static Events runAll(Class<?> type) {
    return run(selectClass(type));
  }

  private static Events run(DiscoverySelector selector) {
    return EngineTestKit.engine("junit-jupiter").selectors(selector).execute().testEvents();
  }

  private static java.lang.reflect.Method find(Class<?> type, String method) {
    for (java.lang.reflect.Method candidate : type.getDeclaredMethods()) {
      if (candidate.getName().equals(method)) {
        return candidate;
      }
    }
    throw new AssertionError("no such sample: class=" + type.getName() + " method=" + method);
  }

  private static Throwable failure(Events tests) {
    assertThat(tests.failed().count()).as("failed tests").isEqualTo(1);
    Optional<Throwable> failure =
        tests
            .failed()
            .list()
            .getFirst()
            .getPayload(TestExecutionResult.class)
            .flatMap(TestExecutionResult::getThrowable);
    return failure.orElseThrow();
  }
}
