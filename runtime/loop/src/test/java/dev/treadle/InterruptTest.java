package dev.treadle;

import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Ctrl-C, in a JVM of its own. */
@Timeout(120)
@DisabledOnOs(OS.WINDOWS)
class InterruptTest {
  private static final Duration DAY = Duration.ofDays(1);

  @Test
  void shouldRunEveryFinallyAndExitWith130WhenInterrupted() throws Exception {
    try (ChildJvm jvm = ChildJvm.start(Sleeper.class)) {
      jvm.awaitLine("asleep");
      jvm.interrupt();
      assertThat(jvm.awaitExit()).isEqualTo(130);
      assertThat(jvm.output())
          .containsSubsequence("asleep", "main cleaned up", "other cleaned up")
          .doesNotContain("returned");
    }
  }

  static final class Sleeper {
    public static void main(String[] args) {
      Treadle.run(
          () -> {
            spawn(
                () -> {
                  try {
                    sleep(DAY);
                  } finally {
                    System.out.println("other cleaned up");
                  }
                });
            try {
              Treadle.yieldNow();
              System.out.println("asleep");
              sleep(DAY);
            } finally {
              Treadle.shield(() -> sleep(Duration.ofMillis(1)));
              System.out.println("main cleaned up");
            }
          });
      System.out.println("returned");
    }
  }

  @Test
  void shouldExitAtOnceWhenInterruptedTwice() throws Exception {
    try (ChildJvm jvm = ChildJvm.start(Hanging.class)) {
      jvm.awaitLine("asleep");
      jvm.interrupt();
      jvm.awaitLine("hanging in clean-up");
      jvm.interrupt();
      assertThat(jvm.awaitExit()).isEqualTo(130);
      assertThat(jvm.output()).doesNotContain("cleaned up");
    }
  }

  static final class Hanging {
    public static void main(String[] args) {
      Treadle.run(
          () -> {
            try {
              System.out.println("asleep");
              sleep(DAY);
            } finally {
              Treadle.shield(
                  () -> {
                    System.out.println("hanging in clean-up");
                    sleep(DAY);
                  });
              System.out.println("cleaned up");
            }
          });
    }
  }

  @Test
  void shouldReturnNormallyWhenTheMainTaskSwallowsTheCancellation() throws Exception {
    try (ChildJvm jvm = ChildJvm.start(Swallowing.class)) {
      jvm.awaitLine("asleep");
      jvm.interrupt();
      assertThat(jvm.awaitExit()).isZero();
      assertThat(jvm.output()).contains("returned swallowed");
    }
  }

  static final class Swallowing {
    public static void main(String[] args) {
      String value =
          Treadle.run(
              () -> {
                try {
                  System.out.println("asleep");
                  sleep(DAY);
                  return "woken";
                } catch (Cancelled cancelled) {
                  return "swallowed";
                }
              });
      System.out.println("returned " + value);
    }
  }

  @Test
  void shouldExitWith130WhenTheGraceHasPassedTwice() throws Exception {
    try (ChildJvm jvm = ChildJvm.start(Stubborn.class)) {
      jvm.awaitLine("asleep");
      jvm.interrupt();
      assertThat(jvm.awaitExit()).isEqualTo(130);
      assertThat(String.join("\n", jvm.output()))
          .contains("not all of loop 'loop' stopped by itself: forced=0 stuck=1 threads=0")
          .contains("stuck main");
    }
  }

  static final class Stubborn {
    public static void main(String[] args) {
      Loop.builder()
          .shutdownGrace(Duration.ofMillis(50))
          .run(
              () -> {
                System.out.println("asleep");
                while (true) {
                  try {
                    sleep(DAY);
                  } catch (Cancelled again) {
                    // On purpose.
                  }
                }
              });
    }
  }
}
