package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.run;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.CancelScope;
import dev.treadle.Loop;
import dev.treadle.VirtualClock;
import dev.treadle.Virtually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(Leaks.class)
@Timeout(120)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "its children are sh, cat and sleep")
class SubprocessTest {
  private static final int MIB = 1 << 20;

  @Test
  void shouldTalkWithAChildLineByLine() {
    run(
        () -> {
          try (Subprocess cat = Subprocess.start("cat")) {
            for (String line : List.of("one", "grüße", "three")) {
              cat.stdin().write(line + "\n");
              assertThat(cat.stdout().readLine()).isEqualTo(line);
            }
            assertThat(cat.exitCode()).isEmpty();
            assertThat(cat).hasToString("Subprocess[cat pid=" + cat.pid() + " running]");
            cat.stdin().closeOutput();
            assertThat(cat.stdout().readLine()).isNull();
            assertThat(cat.waitFor()).isZero();
            assertThat(cat.exitCode()).hasValue(0);
            assertThat(cat).hasToString("Subprocess[cat pid=" + cat.pid() + " exitCode=0]");
          }
        });
  }

  @Test
  void shouldGiveOutputErrorsAndExitCodeOfAProgramThatRan() {
    run(
        () -> {
          CompletedProcess done = Subprocess.run("sh", "-c", "echo out; echo err >&2; exit 3");
          assertThat(done.exitCode()).isEqualTo(3);
          assertThat(done.output()).isEqualTo("out\n");
          assertThat(done.errorOutput()).isEqualTo("err\n");
          assertThat(done.stdout()).isEqualTo("out\n".getBytes(StandardCharsets.UTF_8));
          assertThat(done.stderr()).isEqualTo("err\n".getBytes(StandardCharsets.UTF_8));
          assertThat(done.command()).startsWith("sh", "-c");
          assertThatExceptionOfType(ProcessFailedException.class)
              .isThrownBy(done::check)
              .withMessage("process failed: command=sh exitCode=3 stderr='err'")
              .satisfies(failure -> assertThat(failure.process()).isSameAs(done));
          assertThat(Subprocess.run("true").check().exitCode()).isZero();
        });
  }

  @Test
  void shouldNameTheProgramAndNotItsArgumentsWhenItCannotBeStarted() {
    run(
        () ->
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> Subprocess.start("no-such-program", "--password=secret"))
                .withMessageStartingWith(
                    "start() failed: command=no-such-program directory=. cause=")
                .withMessageEndingWith("; give a program that is on the PATH, or its path")
                .withMessageNotContaining("secret"));
  }

  @Test
  void shouldFeedAndDrainAtOnceWhenThereIsMoreThanThePipesHold() {
    byte[] input = new byte[5 * MIB];
    for (int n = 0; n < input.length; n++) {
      input[n] = (byte) (n >> 10);
    }
    run(
        () -> {
          // Writes all it reads to both.
          try (Subprocess tee = Subprocess.start("sh", "-c", "tee /dev/stderr")) {
            CompletedProcess done = tee.communicate(input, input.length);
            assertThat(done.stdout()).isEqualTo(input);
            assertThat(done.stderr()).isEqualTo(input);
            assertThat(done.exitCode()).isZero();
          }
        });
  }

  @Test
  void shouldHoldUpAChildThatWritesMoreThanIsRead() {
    long size = 50L * MIB;
    run(
        () -> {
          try (Subprocess child = Subprocess.start("sh", "-c", "head -c " + size + " /dev/zero")) {
            long read = 0;
            long most = 0;
            for (byte[] part = child.stdout().read(MIB);
                part != null;
                part = child.stdout().read(MIB)) {
              read += part.length;
              most = Math.max(most, part.length + child.stdout().buffered());
            }
            assertThat(read).isEqualTo(size);
            assertThat(most).isPositive().isLessThanOrEqualTo(LaneSource.CHUNK);
            assertThat(child.waitFor()).isZero();
          }
        });
  }

  @Test
  void shouldRefuseOutputOverTheLimitAndEndTheChild() {
    run(
        () -> {
          assertThatExceptionOfType(LimitExceededException.class)
              .isThrownBy(
                  () ->
                      Subprocess.run(
                          new ProcessBuilder("sh", "-c", "while :; do echo more; done"),
                          null,
                          10_000))
              .withMessageStartingWith("readAll() over its limit: stream=stdout of sh ");
          assertThat(
                  ProcessHandle.current()
                      .children()
                      .map(child -> child.info().commandLine().orElse("")))
              .noneMatch(line -> line.contains("echo more"));
        });
  }

  @Test
  void shouldFailTheWriteWhenTheChildHasClosedItsInput() {
    run(
        () -> {
          try (Subprocess deaf =
              Subprocess.start("sh", "-c", "exec 0<&-; echo closed; sleep 100")) {
            assertThat(deaf.stdout().readLine()).isEqualTo("closed");
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> deaf.stdin().write("text"))
                .withMessageStartingWith(
                    "write() failed: stream=stdin of sh " + deaf.pid() + " cause=");
          }
        });
  }

  @Test
  void shouldCommunicateWithAChildThatDoesNotReadItsInput() {
    run(
        () -> {
          CompletedProcess done =
              Subprocess.run(
                  new ProcessBuilder("sh", "-c", "exec 0<&-; echo unread"), new byte[MIB], 100);
          assertThat(done.output()).isEqualTo("unread\n");
          assertThat(done.exitCode()).isZero();
        });
  }

  @Test
  void shouldLeaveAWriteWhenCancelledThoughTheChildDoesNotRead() {
    run(
        () -> {
          try (Subprocess deaf = Subprocess.start("sleep", "100")) {
            CancelScope scope = new CancelScope();
            var writer = spawn(() -> scope.run(() -> deaf.stdin().write(new byte[MIB])));
            for (int n = 0; n < 10; n++) {
              yieldNow();
            }
            assertThat(writer.isDone()).isFalse();
            scope.cancel();
            await(writer);
            assertThat(scope.cancelledCaught()).isTrue();
            assertThat(deaf.isAlive()).isTrue();
          }
        });
  }

  @Test
  void shouldLoseNothingWhenReadsAreCancelled() {
    run(
        () -> {
          try (Subprocess cat = Subprocess.start("cat")) {
            List<String> lines = new ArrayList<>();
            for (int n = 0; n < 100; n++) {
              // There is nothing to read; the read under way stays.
              assertThat(readOrCancel(cat)).isNull();
              cat.stdin().write(n + "\n");
              // There is something, or there will be in a moment.
              String line = readOrCancel(cat);
              lines.add(line == null ? String.valueOf(cat.stdout().readLine()) : line);
            }
            assertThat(lines)
                .containsExactlyElementsOf(IntStream.range(0, 100).mapToObj(n -> n + "").toList());
          }
        });
  }

  private static @Nullable String readOrCancel(Subprocess child) {
    CancelScope scope = new CancelScope();
    Loop.current().execute(scope::cancel);
    return scope.run(() -> child.stdout().readLine()).orElse(null);
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "looks for states in /proc")
  void shouldEndTheChildAndLeaveNoZombieWhenCancelled() {
    run(
        () -> {
          List<Long> pids = new ArrayList<>();
          List<Integer> codes = new ArrayList<>();
          var runner =
              spawn(
                  () -> {
                    Subprocess child = Subprocess.start("sleep", "100");
                    try (child) {
                      pids.add(child.pid());
                      child.waitFor();
                    } finally {
                      codes.add(child.exitCode().orElse(-1));
                    }
                  });
          while (pids.isEmpty()) {
            yieldNow();
          }
          assertThat(Descriptors.state(pids.getFirst())).isIn("S", "R", "D");
          runner.cancel();
          while (!runner.isDone()) {
            yieldNow();
          }
          assertThat(runner.isCancelled()).isTrue();
          assertThat(codes).containsExactly(128 + 15);
          assertThat(Descriptors.state(pids.getFirst())).isEmpty();
        });
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "looks for states in /proc")
  void shouldKillAChildThatIgnoresTheAskingAfterTheGrace() {
    run(
        () -> {
          Subprocess child =
              Subprocess.start(
                  "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.01; done");
          assertThat(child.stdout().readLine()).isEqualTo("ready");
          child.close(Duration.ofMillis(50));
          assertThat(child.exitCode()).hasValue(128 + 9);
          assertThat(Descriptors.state(child.pid())).isEmpty();
        });
  }

  @Test
  void shouldGiveTheGraceOnAVirtualClockTooAndLetAChildEndInIt() {
    Loop.builder()
        .clock(new VirtualClock())
        // The clock jumps over the grace when nothing has happened for so long.
        .deadlockAfter(Duration.ofSeconds(60))
        .run(
            () -> {
              Subprocess polite =
                  Subprocess.start(
                      "sh", "-c", "trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done");
              assertThat(polite.stdout().readLine()).isEqualTo("ready");
              polite.close();
              assertThat(polite.exitCode()).hasValue(7);
            });
  }

  @Test
  void shouldKillTheTreeWithItsGrandchildren() throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(3);
    run(
        () -> {
          try (Subprocess top =
              Subprocess.start("sh", "-c", "sh -c 'sleep 1000 & echo $!; wait' & echo $!; wait")) {
            List<Long> pids = new ArrayList<>();
            pids.add(top.pid());
            pids.add(Long.parseLong(String.valueOf(top.stdout().readLine())));
            pids.add(Long.parseLong(String.valueOf(top.stdout().readLine())));
            for (long pid : pids) {
              ProcessHandle.of(pid).orElseThrow().onExit().thenRun(ended::countDown);
            }
            top.killTree();
            assertThat(top.waitFor()).isEqualTo(128 + 9);
            // None is left that could write: the end of the pipe tells.
            assertThat(top.stdout().readAll(100)).isEmpty();
          }
        });
    ended.await();
    assertThat(ended.getCount()).isZero();
  }

  @Test
  void shouldFailAReadThatIsUnderWayWhenItIsClosedThoughAGrandchildHasThePipe() {
    run(
        () -> {
          Subprocess child = Subprocess.start("sh", "-c", "sleep 1000 & echo $!; wait");
          long grandchild = Long.parseLong(String.valueOf(child.stdout().readLine()));
          var reader = spawn(() -> child.stdout().readLine());
          yieldNow();
          child.close(Duration.ZERO);
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> await(reader))
              .withMessageContaining("the process is closed");
          // Not its own child: it is left alone.
          assertThat(ProcessHandle.of(grandchild).orElseThrow().destroyForcibly()).isTrue();
        });
  }

  @Test
  void shouldTerminateAndKillWhenAsked() {
    run(
        () -> {
          try (Subprocess asked = Subprocess.start("sleep", "100")) {
            asked.terminate();
            assertThat(asked.waitFor()).isEqualTo(128 + 15);
          }
          try (Subprocess told = Subprocess.start("sleep", "100")) {
            told.kill();
            assertThat(told.waitFor()).isEqualTo(128 + 9);
            assertThat(told.isAlive()).isFalse();
            assertThat(told.process().pid()).isEqualTo(told.pid());
          }
        });
  }

  @Test
  void shouldReadWhatAChildSaysWhenItIsAskedToEnd() {
    run(
        () -> {
          try (Subprocess child =
              Subprocess.start(
                  "sh",
                  "-c",
                  "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done")) {
            assertThat(child.stdout().readLine()).isEqualTo("ready");
            child.terminate();
            assertThat(child.stdout().readLine()).isEqualTo("bye");
            assertThat(child.waitFor()).isZero();
          }
        });
  }

  @Test
  void shouldLetSeveralTasksWaitForOneChild() {
    run(
        () -> {
          try (Subprocess child = Subprocess.start("cat")) {
            group(
                g -> {
                  var first = g.spawn(child::waitFor);
                  var second = g.spawn(child::waitFor);
                  yieldNow();
                  child.stdin().closeOutput();
                  assertThat(await(first) + await(second)).isZero();
                });
          }
        });
  }

  @Test
  void shouldLeaveWhatIsRedirectedToTheBuilder(@TempDir Path directory) throws IOException {
    Path input = Files.writeString(directory.resolve("in"), "from a file");
    Path output = directory.resolve("out");
    run(
        () -> {
          ProcessBuilder builder =
              new ProcessBuilder("sh", "-c", "cat; echo $WORD >&2")
                  .redirectInput(input.toFile())
                  .redirectOutput(output.toFile())
                  .directory(directory.toFile());
          builder.environment().put("WORD", "from the environment");
          CompletedProcess done = Subprocess.run(builder, null, 100);
          assertThat(done.output()).isEmpty();
          assertThat(done.errorOutput()).isEqualTo("from the environment\n");
          ProcessBuilder merged =
              new ProcessBuilder("sh", "-c", "echo out; echo err >&2").redirectErrorStream(true);
          assertThat(Subprocess.run(merged, null, 100).output()).isEqualTo("out\nerr\n");
          ProcessBuilder inherited = new ProcessBuilder("true").redirectOutput(Redirect.INHERIT);
          assertThat(Subprocess.run(inherited, null, 100).exitCode()).isZero();
        });
    assertThat(output).hasContent("from a file");
  }

  @Test
  void shouldRefuseItsStreamsOnceClosed() {
    run(
        () -> {
          Subprocess child = Subprocess.start("cat");
          child.close();
          child.close();
          assertThat(child.exitCode()).hasValue(128 + 15);
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> child.stdin().write("text"))
              .withMessageContaining("the process is closed");
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> child.stdout().read(1))
              .withMessageContaining("the process is closed");
          assertThat(child.command()).containsExactly("cat");
        });
  }

  @Test
  void shouldNotJumpTheVirtualClockWhileAProgramRuns() {
    Virtually.loop()
        .deadlockAfter(Duration.ofMillis(10))
        .run(
            () -> {
              var sleeper = spawn(() -> sleep(Duration.ofHours(1)));
              CompletedProcess done = Subprocess.run("sh", "-c", "sleep 0.1; echo late");
              assertThat(done.output()).isEqualTo("late\n");
              assertThat(Loop.current().time()).isZero();
              await(sleeper);
            });
  }

  @Test
  void shouldBeNoDeadlockToWaitForAChildOnRealTime() {
    Loop.builder()
        .deadlockAfter(Duration.ofMillis(10))
        .run(
            () -> {
              try (Subprocess child = Subprocess.start("sh", "-c", "sleep 0.1; echo late")) {
                assertThat(child.stdout().readLine()).isEqualTo("late");
                assertThat(child.waitFor()).isZero();
              }
            });
  }

  @Test
  void shouldBeRefusedOutsideATask() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Subprocess.start("true"))
        .withMessageStartingWith("onThread() outside a task: ");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "looks for states in /proc")
  void shouldLeaveNoThreadAndNoPipeWhenItIsOver() throws Exception {
    Path anyPipe = Path.of("pipe:");
    long pipes = Descriptors.of(anyPipe);
    String[] name = new String[1];
    run(
        () -> {
          try (Subprocess child = Subprocess.start("cat")) {
            name[0] = "treadle-" + child.pid() + "-";
            child.stdin().write("text\n");
            assertThat(child.stdout().readLine()).isEqualTo("text");
            assertThat(Descriptors.of(anyPipe)).isGreaterThan(pipes);
          }
        });
    for (Thread thread : threads(name[0])) {
      assertThat(thread.isDaemon()).isTrue();
      thread.join();
    }
    assertThat(threads(name[0])).isEmpty();
    // The JDK closes them on a thread of its own; the test's time limit is the limit.
    while (Descriptors.of(anyPipe) > pipes) {
      Thread.onSpinWait();
    }
    assertThat(Descriptors.of(anyPipe)).isLessThanOrEqualTo(pipes);
  }

  private static List<Thread> threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(prefix))
        .toList();
  }
}
