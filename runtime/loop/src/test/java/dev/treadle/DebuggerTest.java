package dev.treadle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DebuggerTest {
  @Test
  void shouldKnowADebuggerByTheJvmsArguments() {
    assertThat(Debugger.isIn(List.of("-Xmx1g", "-agentlib:jdwp=transport=dt_socket,server=y")))
        .isTrue();
    assertThat(Debugger.isIn(List.of("-Xrunjdwp:transport=dt_socket"))).isTrue();
    assertThat(Debugger.isIn(List.of("-agentlib:hprof", "-Dname=jdwp"))).isFalse();
  }

  @Test
  void shouldReportNothingUnderADebugger() throws IOException, InterruptedException {
    try (ChildJvm child =
        ChildJvm.start(
            Program.class,
            "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0")) {
      child.awaitLine("stalls=0");
      assertThat(child.awaitExit()).isZero();
    }
    try (ChildJvm child = ChildJvm.start(Program.class)) {
      child.awaitLine("stalls=1");
      assertThat(child.awaitExit()).isZero();
    }
  }

  /** A step that is sampled as if it had taken seconds. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      List<Stall> stalls = new ArrayList<>();
      Virtually.run(
          () -> {
            StallWatch watch =
                new StallWatch(Loop.current(), Duration.ofNanos(100), stalls::add, 0);
            for (int i = 0; i < 10; i++) {
              watch.sample(i * 25);
            }
          });
      System.out.println("stalls=" + stalls.size());
    }
  }
}
