package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TransportTest {
  @Test
  void shouldPreferTheFirstThatIsThere() {
    Transport first =
        Arrays.stream(Transport.values()).filter(Transport::isAvailable).findFirst().orElseThrow();
    assertThat(Transport.choose(null, System.getProperty("os.name"))).isEqualTo(first);
    assertThat(Transport.NIO.isAvailable()).isTrue();
    if (System.getProperty("treadle.transport") == null) {
      assertThat(Transport.preferred()).isEqualTo(first);
    }
  }

  @Test
  void shouldTellTheNamesWhenForcedToOneThatDoesNotExist() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Transport.choose("select", "Linux"))
        .withMessage(
            "no such transport: treadle.transport=select; use io_uring, epoll, kqueue or nio");
    assertThat(Transport.choose("NIO", "Linux")).isEqualTo(Transport.NIO);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldTellTheCauseWhenForcedToOneThatIsNotThere() {
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> Transport.choose("kqueue", "Linux"))
        .withMessageMatching(
            "transport not available: treadle\\.transport=kqueue cause=.*; leave the property out to"
                + " use the best there is");
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  @Timeout(120)
  void shouldSleepAndHearOtherThreadsWhenForced(Transport transport) throws Exception {
    Assumptions.assumeTrue(transport.isAvailable(), "not on this machine: transport=" + transport);
    try (ChildJvm jvm =
        ChildJvm.start(Program.class, "-Dtreadle.transport=" + transport.propertyValue())) {
      assertThat(jvm.awaitExit()).as("output %s", jvm.output()).isZero();
      assertThat(jvm.output())
          .contains("ran on " + transport, "elsewhere on " + transport)
          .anyMatch(
              line -> line.contains("transport forced: transport=" + transport.propertyValue()));
    }
  }

  @Test
  @Timeout(120)
  void shouldFailInOneLineWhenThePropertyIsWrong() throws Exception {
    try (ChildJvm jvm = ChildJvm.start(Program.class, "-Dtreadle.transport=poll")) {
      assertThat(jvm.awaitExit()).isEqualTo(1);
      assertThat(jvm.output())
          .anyMatch(
              line ->
                  line.endsWith(
                      "no such transport: treadle.transport=poll; use io_uring, epoll, kqueue or"
                          + " nio"));
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @Timeout(120)
  void shouldFallBackWithOneLogLineWhenTheLibrariesAreMissing() throws Exception {
    try (ChildJvm jvm = ChildJvm.start(Program.class, entry -> !entry.contains("-native-"), true)) {
      assertThat(jvm.awaitExit()).as("output %s", jvm.output()).isZero();
      assertThat(jvm.output()).contains("ran on NIO", "elsewhere on NIO");
      List<String> told =
          jvm.output().stream().filter(line -> line.contains("transport ")).toList();
      assertThat(told).hasSize(1);
      assertThat(told.get(0))
          .startsWith("INFO: transport chosen: transport=nio passedOver=[io_uring: ")
          .contains(", epoll: ");
    }
  }

  @Test
  @Timeout(120)
  void shouldSayWhichFlagsWhenTheyAreMissing() throws Exception {
    try (ChildJvm jvm = ChildJvm.start(Program.class, entry -> true, false)) {
      assertThat(jvm.awaitExit()).isEqualTo(1);
      assertThat(jvm.output())
          .anyMatch(
              line ->
                  line.endsWith(
                      "Treadle cannot start: missing JVM flags=[--add-exports"
                          + " java.base/jdk.internal.vm=ALL-UNNAMED --add-opens"
                          + " java.base/java.lang=ALL-UNNAMED]; add them to the java command, or"
                          + " Add-Exports and Add-Opens to the jar's manifest"
                          + " (docs/jvm-flags.md)"));
    }
  }

  static final class Program {
    public static void main(String[] args) {
      Logger logger = Logger.getLogger("dev.treadle.Transport");
      Handler handler = new ConsoleHandler();
      handler.setLevel(Level.ALL);
      logger.setUseParentHandlers(false);
      logger.addHandler(handler);
      logger.setLevel(Level.FINE);
      Treadle.run(
          () -> {
            sleep(Duration.ofMillis(2));
            System.out.println("ran on " + Loop.current().transport());
            try (Loop other = Loop.start("other")) {
              System.out.println("elsewhere on " + await(other.submit(other::transport)));
            }
          });
    }
  }
}
