package dev.treadle.debug;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.run;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.ChildJvm;
import dev.treadle.Loop;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The command against a JVM of its own. */
class MainTest {
  private static ChildJvm child;

  @BeforeAll
  static void start() throws Exception {
    child = ChildJvm.start(Program.class);
    child.awaitLine("started");
  }

  @AfterAll
  static void stop() {
    child.close();
  }

  private static Result command(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int rc = Main.run(args, new PrintStream(out, true), new PrintStream(err, true));
    return new Result(
        rc, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static String pid() {
    return Long.toString(child.pid());
  }

  @Test
  void shouldListTheJvmsThatHaveRunALoop() {
    Result result = command("list");
    assertThat(result.rc).isZero();
    assertThat(result.out.lines()).anyMatch((pid() + " " + Program.class.getName())::equals);
  }

  @Test
  void shouldShowTheTasksOfEachLoopWhenAskedForTheTable() {
    Result result = command("ps", pid());
    assertThat(result.err).isEmpty();
    assertThat(result.rc).isZero();
    assertThat(result.out)
        .containsSubsequence(
            "Loop[loop ", "] tasks=3\n", " fetch ", "task 'parse'", " parse ", "await task 'fetch'")
        .containsSubsequence(
            "\nLoop[stalled ",
            "] tasks=1\n  did not answer in 2 s; its thread 'stalled' is ",
            ", in a step of task 'hog'\n",
            "    at ",
            "CountDownLatch.await(",
            "\n  1   hog   running\n");
  }

  @Test
  void shouldShowWhoWaitsForWhomWhenAskedForTheTree() {
    assertThat(command("pstree", pid()).out)
        .containsSubsequence(
            "├── task 'main' suspended for ",
            "└── task 'parse' suspended for ",
            " s on await task 'fetch'\n",
            "$Program.parse(",
            "    └── task 'fetch' suspended for ",
            "$Program.fetch(");
    assertThat(command("pstree", pid(), "--limit", "1").out)
        .contains("  and 2 more tasks\n")
        .doesNotContain("parse");
  }

  @Test
  void shouldShowTheStacksWhenAskedForTheDump() {
    assertThat(command("dump", pid()).out)
        .containsSubsequence("  Task[fetch suspended on sleep, ", "    at ", "$Program.fetch(");
  }

  @Test
  void shouldSayWhyInOneLineWhenThereIsNoAnswer() throws Exception {
    assertThat(command("ps", "2147483646"))
        .satisfies(
            result -> {
              assertThat(result.rc).isEqualTo(2);
              assertThat(result.err)
                  .startsWith("cannot attach: pid=2147483646 reason=")
                  .hasLineCount(1);
            });
    try (ChildJvm other = ChildJvm.start(Loopless.class)) {
      other.awaitLine("started");
      assertThat(command("pstree", Long.toString(other.pid())))
          .isEqualTo(
              new Result(
                  2,
                  "",
                  "no loop has run in this JVM: pid="
                      + other.pid()
                      + " program="
                      + Loopless.class.getName()
                      + "; 'list' shows where one has"
                      + System.lineSeparator()));
    }
  }

  @Test
  void shouldExplainItselfWhenCalledWrongly() {
    for (String[] args :
        List.of(
            new String[] {},
            new String[] {"top"},
            new String[] {"ps"},
            new String[] {"ps", "1", "2"},
            new String[] {"ps", "1", "--most", "2"})) {
      Result result = command(args);
      assertThat(result.rc).isEqualTo(2);
      assertThat(result.err).startsWith("usage: ");
    }
    assertThat(command("ps", "x").err).startsWith("not a positive number: PID=x");
    assertThat(command("ps", "1", "--limit", "0").err)
        .startsWith("not a positive number: --limit=0");
    assertThat(command("--help")).extracting(Result::rc, r -> r.err).containsExactly(0, "");
  }

  @Test
  void shouldAnswerInThisJvmWhenRegistered() throws Exception {
    Loops.register();
    Loops.register();
    ObjectName name = new ObjectName(Loops.NAME);
    try (Loop loop = Loop.start("registered")) {
      assertThat(
              ManagementFactory.getPlatformMBeanServer()
                  .invoke(name, "ps", new Object[] {1}, new String[] {"int"}))
          .asString()
          .contains(loop.toString());
    } finally {
      ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
    }
  }

  record Result(int rc, String out, String err) {}

  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      Loop stalled = Loop.start("stalled");
      stalled.submit("hog", () -> new CountDownLatch(1).await());
      run(
          () -> {
            var fetch = spawn("fetch", () -> fetch());
            spawn("parse", () -> parse(fetch));
            sleep(Duration.ofMillis(1));
            IO.println("started");
            sleep(Duration.ofMinutes(10));
          });
    }

    private static String fetch() {
      sleep(Duration.ofMinutes(10));
      return "";
    }

    private static String parse(dev.treadle.Task<String> fetch) {
      return await(fetch);
    }
  }

  static final class Loopless {
    private Loopless() {}

    public static void main(String[] args) throws InterruptedException {
      IO.println("started");
      new CountDownLatch(1).await();
    }
  }
}
