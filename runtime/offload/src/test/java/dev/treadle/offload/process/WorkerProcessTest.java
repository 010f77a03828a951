package dev.treadle.offload.process;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.awaitUntil;
import static dev.treadle.Treadle.moveOnAfter;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.treadle.Until;
import dev.treadle.offload.NotSendableException;
import dev.treadle.testing.TestClock;
import dev.treadle.testing.TreadleTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes. */
@Timeout(240)
class WorkerProcessTest {
  private static final Duration LONG = Duration.ofSeconds(120);

  @TempDir Path directory;

  @Test
  void shouldDoAStepInAProcessOfItsOwn() throws Exception {
    String file = directory.resolve("pid").toString();
    try (WorkerProcess child =
        WorkerProcess.start(
            "writer", () -> Files.writeString(Path.of(file), "" + ProcessHandle.current().pid()))) {
      assertThat(child.name()).isEqualTo("writer");
      assertThat(child.pid()).isNotEqualTo(ProcessHandle.current().pid());
      assertThat(child.join()).isZero();
      assertThat(child.isAlive()).isFalse();
      assertThat(child.exitCode()).hasValue(0);
      assertThat(child.failure()).isNull();
      assertThat(Path.of(file)).hasContent("" + child.pid());
      assertThat(child).hasToString("WorkerProcess[writer pid=" + child.pid() + " exitCode=0]");
      assertThat(child.join(Duration.ZERO)).hasValue(0);
    }
  }

  @Test
  void shouldEndWithOneAndTheFailureWhenTheStepFails() {
    List<String> said = new CopyOnWriteArrayList<>();
    try (WorkerProcess child =
        WorkerProcess.builder().errorOutput(said::add).start("failing", Steps::fail)) {
      assertThat(child.join()).isEqualTo(1);
      assertThat(child.failure())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("it was to fail")
          .hasRootCauseMessage("cause");
      assertThat(child.failure().getStackTrace()[0].getMethodName()).isEqualTo("fail");
      assertThat(said)
          .anyMatch(line -> line.equals("java.lang.IllegalArgumentException: it was to fail"))
          .anyMatch(line -> line.contains("at " + Steps.class.getName() + ".fail("));
    }
  }

  @Test
  void shouldGiveOutputByLineAndTheExitCodeOfTheStep() {
    List<String> said = new CopyOnWriteArrayList<>();
    String longLine = "x".repeat(10_000);
    try (WorkerProcess child =
        WorkerProcess.builder()
            .output(said::add)
            .flags("-Dgreeting=hello")
            .maxHeap(64 << 20)
            .start(
                "talking",
                () -> {
                  System.out.println(System.getProperty("greeting"));
                  System.out.println(longLine);
                  System.out.println(System.in.read());
                  System.out.print("end " + (Runtime.getRuntime().maxMemory() <= 64 << 20));
                  System.exit(7);
                })) {
      assertThat(child.join()).isEqualTo(7);
      assertThat(child.failure()).isNull();
      assertThat(said)
          .containsExactly(
              "hello", "x".repeat(8 << 10), "x".repeat(10_000 - (8 << 10)), "-1", "end true");
    }
  }

  @TreadleTest(clock = TestClock.REAL)
  void shouldTerminateAndKillAndTellTheSignal() {
    try (ProcessQueue<Long> ready = ProcessQueue.bounded(2);
        WorkerProcess terminated = WorkerProcess.start("first", () -> Steps.waitForEver(ready));
        WorkerProcess killed = WorkerProcess.start("second", () -> Steps.waitForEver(ready))) {
      assertThat(List.of(ready.take(), ready.take()))
          .containsExactlyInAnyOrder(terminated.pid(), killed.pid());
      assertThat(terminated.isAlive()).isTrue();
      assertThat(terminated.exitCode()).isEmpty();
      assertThat(terminated.join(Duration.ofMillis(1))).isEmpty();
      var first = terminated.exit();
      var second = killed.exit();
      assertThat(
              moveOnAfter(
                  Duration.ofMillis(1),
                  () -> {
                    await(first);
                  }))
          .isFalse();
      terminated.terminate();
      // TestProcess.test_sentinel: beside others.
      assertThat(awaitUntil(Until.FIRST_COMPLETED, List.of(first, second)).done())
          .containsExactly(first);
      assertThat(terminated.join()).isEqualTo(128 + 15);
      killed.kill();
      assertThat(await(second)).isEqualTo(128 + 9);
      assertThat(killed.failure()).isNull();
    }
  }

  @TreadleTest(clock = TestClock.REAL)
  void shouldEndAProcessThatStillRunsWhenClosed() {
    ProcessQueue<Long> ready = ProcessQueue.bounded(1);
    WorkerProcess child = WorkerProcess.start("endless", () -> Steps.waitForEver(ready));
    ready.take();
    child.close(Duration.ZERO);
    assertThat(child.exitCode()).hasValue(128 + 9);
    child.close();
    ready.close();
  }

  @Test
  void shouldNotRecurseWhenAStepStartsItsProgramAgain() {
    // TestNoForkBomb.test_noforkbomb
    List<String> said = new CopyOnWriteArrayList<>();
    try (WorkerProcess child =
        WorkerProcess.builder()
            .errorOutput(said::add)
            .start("program", () -> Steps.main(new String[0]))) {
      assertThat(child.join()).isEqualTo(1);
      assertThat(child.failure())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("start() in a worker: name=again pid=" + child.pid())
          .hasMessageContaining("would do so without end");
    }
  }

  @Test
  void shouldStartOneLevelMoreWhenAllowed() throws Exception {
    List<String> said = new CopyOnWriteArrayList<>();
    try (WorkerProcess child =
        WorkerProcess.builder()
            .nesting(1)
            .output(said::add)
            .errorOutput(line -> {})
            .start(
                "outer",
                () -> {
                  try (WorkerProcess inner =
                      WorkerProcess.builder()
                          .nesting(9)
                          .start("inner", () -> Steps.main(new String[0]))) {
                    System.out.println("inner " + inner.join());
                  }
                })) {
      assertThat(child.join()).isZero();
      assertThat(said).containsExactly("inner 1");
    }
  }

  @Test
  void shouldRefuseAStepThatCannotBeSent() {
    Thread captured = new Thread();
    assertThatExceptionOfType(NotSendableException.class)
        .isThrownBy(() -> WorkerProcess.start("bad", captured::start))
        .withMessageContaining("java.lang.Thread");
    assertThatIllegalArgumentException().isThrownBy(() -> WorkerProcess.builder().nesting(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> WorkerProcess.builder().maxHeap(-1));
  }

  @Test
  void shouldTellWhenItsJvmDoesNotStart() {
    List<String> said = new CopyOnWriteArrayList<>();
    try (WorkerProcess child =
        WorkerProcess.builder()
            .flags("-XX:NoSuchFlag")
            .output(said::add)
            .errorOutput(said::add)
            .start("misled", Steps::nothing)) {
      assertThat(child.join()).isEqualTo(1);
      assertThat(child.failure()).isNull();
      assertThat(said).anyMatch(line -> line.contains("NoSuchFlag"));
    }
  }

  @Test
  void shouldEndWithItsParentUnlessDetached() throws Exception {
    // The parent is a child itself, killed with its own two.
    try (ProcessQueue<Long> pids = ProcessQueue.bounded(3)) {
      ProcessHandle attached;
      ProcessHandle detached;
      try (WorkerProcess parent =
          WorkerProcess.builder()
              .nesting(1)
              .start(
                  "parent",
                  () -> {
                    var one = WorkerProcess.start("attached", () -> Steps.waitForEver(pids));
                    pids.put(one.pid());
                    WorkerProcess.builder()
                        .detached()
                        .start("detached", () -> Steps.waitForEver(pids));
                    one.join();
                  })) {
        List<Long> three = List.of(pids.take(), pids.take(), pids.take());
        long own =
            three.stream()
                .filter(pid -> java.util.Collections.frequency(three, pid) == 2)
                .findFirst()
                .orElseThrow();
        long other = three.stream().filter(pid -> pid != own).findFirst().orElseThrow();
        attached = ProcessHandle.of(own).orElseThrow();
        detached = ProcessHandle.of(other).orElseThrow();
        parent.kill();
        assertThat(parent.join()).isEqualTo(128 + 9);
      }
      try {
        assertThat(attached.onExit()).succeedsWithin(LONG);
        assertThat(detached.isAlive()).isTrue();
      } finally {
        detached.destroyForcibly();
      }
    }
  }

  @Test
  void shouldLeaveNoFiles() throws Exception {
    Set<Path> before = ownDirectories();
    try (WorkerProcess child = WorkerProcess.start("tidy", Steps::fail)) {
      child.join();
    }
    assertThat(before).containsAll(ownDirectories());
  }

  private static Set<Path> ownDirectories() throws IOException {
    Set<Path> found = new HashSet<>();
    for (String place : List.of(System.getProperty("java.io.tmpdir"), "/dev/shm")) {
      if (Files.isDirectory(Path.of(place))) {
        try (var files =
            Files.newDirectoryStream(
                Path.of(place), "treadle-" + ProcessHandle.current().pid() + "-*")) {
          files.forEach(found::add);
        }
      }
    }
    return found;
  }

  @Test
  void shouldNameTheProgramThatIsNotThere() {
    String home = System.getProperty("java.home");
    try {
      System.setProperty("java.home", directory.toString());
      assertThatExceptionOfType(UncheckedIOException.class)
          .isThrownBy(() -> WorkerProcess.start("lost", Steps::nothing))
          .withMessageContaining("start() failed: name=lost program=" + directory);
    } finally {
      System.setProperty("java.home", home);
    }
  }
}
