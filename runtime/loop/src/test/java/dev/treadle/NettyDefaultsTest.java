package dev.treadle;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.internal.PlatformDependent;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Netty reads its settings once per JVM: each of these has one of its own. */
@Timeout(120)
class NettyDefaultsTest {
  @Test
  void shouldTurnOffNettysEventsOfTheFlightRecorder() throws Exception {
    assertThat(eventsOf("loop")).isEqualTo("false");
  }

  @Test
  void shouldLeaveThemOnWhenTheProgramSaysSo() throws Exception {
    assertThat(eventsOf("loop", "-Dio.netty.jfr.enabled=true")).isEqualTo("true");
  }

  @Test
  void shouldLeaveThemOnWhenSomethingIsRecorded() throws Exception {
    assertThat(eventsOf("record")).isEqualTo("true");
  }

  /** Whether Netty has events for the flight recorder. */
  private static String eventsOf(String what, String... flags) throws Exception {
    List<String> all = new ArrayList<>(List.of(flags));
    all.add("-Dtest.what=" + what);
    try (ChildJvm jvm = ChildJvm.start(Program.class, all.toArray(String[]::new))) {
      String events = jvm.awaitStart("events=");
      assertThat(jvm.awaitExit()).as("output %s", jvm.output()).isZero();
      return events;
    }
  }

  static final class Program {
    private Program() {}

    public static void main(String[] arguments) {
      if (System.getProperty("test.what").equals("record")) {
        new Recording().start();
      }
      Treadle.run(() -> System.out.println("events=" + PlatformDependent.isJfrEnabled()));
    }
  }
}
