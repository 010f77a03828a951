package dev.treadle.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Loop;
import java.util.List;
import org.junit.jupiter.api.Test;

class ActivationTest {
  private static final String CLEAN = Cases.class.getName() + "#passes";
  private static final String BLOCKS = Cases.class.getName() + "#blocks";
  private static final String PINNED = Cases.class.getName() + "#awaitsInsideSynchronized";

  @Test
  void shouldFailEveryTestNamingTheFlagsWhenTheyAreMissing() throws Exception {
    String output =
        ChildJvm.run(List.of("-XX:+EnableDynamicAgentLoading"), ChildTests.class, CLEAN, CLEAN);

    assertThat(output.lines())
        .hasSize(2)
        .allSatisfy(
            line ->
                assertThat(line)
                    .startsWith(
                        "FAILED java.lang.IllegalStateException: blocking is not guarded: missing"
                            + " JVM flags=[-XX:+AllowRedefinitionToAddDeleteMethods]; add them to"
                            + " the argLine"));
  }

  @Test
  void shouldFailNamingTheFlagsWhenNoAgentMayBeLoaded() throws Exception {
    String output =
        ChildJvm.run(List.of("-XX:-EnableDynamicAgentLoading"), ChildTests.class, CLEAN);

    assertThat(output)
        .contains(
            "missing JVM flags=[-XX:+AllowRedefinitionToAddDeleteMethods"
                + " -XX:+EnableDynamicAgentLoading]");
  }

  @Test
  void shouldFailEveryTestWhenSomebodyInstalledBlockHoundWithoutIntegrations() throws Exception {
    String output = ChildJvm.run(ChildJvm.BLOCK_HOUND, ChildTests.class, "bare", CLEAN, CLEAN);

    assertThat(output.lines().filter(line -> line.startsWith("FAILED")))
        .hasSize(2)
        .allSatisfy(
            line ->
                assertThat(line)
                    .contains(
                        "blocking is not guarded: a blocking call was not refused",
                        "call BlockingGuard.install() before it"));
  }

  @Test
  void shouldGuardWhenSomebodyInstalledBlockHoundWithIntegrations() throws Exception {
    String output = ChildJvm.run(ChildJvm.BLOCK_HOUND, ChildTests.class, "install", CLEAN, BLOCKS);

    assertThat(output)
        .contains("SUCCESSFUL", "FAILED dev.treadle.testing.BlockingCallError: blocking call on");
  }

  @Test
  void shouldFailOnAnAwaitInsideSynchronizedWithoutTheLockingFlag() throws Exception {
    String output = ChildJvm.run(ChildJvm.BLOCK_HOUND, ChildTests.class, PINNED, CLEAN);

    assertThat(output)
        .contains(
            "FAILED dev.treadle.testing.LoopTestError: await inside synchronized: task=main frame=",
            "ActivationTest$Cases.awaitsInsideSynchronized",
            "leave the synchronized block")
        .contains("SUCCESSFUL");
  }

  @Test
  void shouldDoNothingWhenInstalledTwice() {
    BlockingGuard.install();
    BlockingGuard.install();

    assertThat(BlockingGuard.allowances()).doesNotHaveDuplicates().isNotEmpty();
    Loop.builder()
        .run(
            () -> {
              BlockingGuard.requireActive();
              BlockingGuard.install();
            });
  }

  @Test
  void shouldSayThatTheGuardIsNotActiveOffTheLoop() {
    BlockingGuard.install();

    assertThatThrownBy(BlockingGuard::requireActive)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("blocking is not guarded: a blocking call was not refused");
  }

  static class Cases {
    @TreadleTest
    void passes() {
      dev.treadle.Treadle.sleep(java.time.Duration.ofSeconds(1));
    }

    @TreadleTest
    void blocks() throws InterruptedException {
      Thread.sleep(5);
    }

    @TreadleTest
    void awaitsInsideSynchronized() {
      synchronized (this) {
        dev.treadle.Treadle.sleep(java.time.Duration.ofSeconds(1));
      }
    }
  }
}
