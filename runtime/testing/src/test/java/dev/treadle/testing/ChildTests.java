package dev.treadle.testing;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import reactor.blockhound.BlockHound;

/** The main class of a child JVM that runs tests, {@code class#method}, and prints how they end. */
final class ChildTests {
  private ChildTests() {}

  /** Installs BlockHound as somebody else would, if the first argument says how. */
  public static void main(String[] arguments) {
    for (String argument : arguments) {
      switch (argument) {
        case "install" -> BlockHound.install();
        case "bare" -> BlockHound.builder().install();
        default -> runTest(argument);
      }
    }
    System.exit(0);
  }

  private static void runTest(String method) {
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectMethod(method))
        .execute()
        .testEvents()
        .finished()
        .stream()
        .map(event -> event.getRequiredPayload(TestExecutionResult.class))
        .forEach(
            result ->
                System.out.println(
                    result.getStatus()
                        + " "
                        + result.getThrowable().map(String::valueOf).orElse("")));
  }
}
