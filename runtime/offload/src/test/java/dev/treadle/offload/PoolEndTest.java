package dev.treadle.offload;

import static dev.treadle.Treadle.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Loop;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a pool, however it ends: nothing. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PoolEndTest {
  @TempDir Path directory;

  @Test
  void shouldEndWithItsLoop() throws Exception {
    String file = directory.resolve("begun").toString();
    Loop loop = Loop.start("ends early");
    List<Path> before = directories();
    Call<Long> call =
        await(
            loop.submit(
                () -> {
                  ProcessPool pool = ProcessPool.builder().name("forgotten").workers(1).open();
                  return pool.submit(() -> PoolSteps.spin(file));
                }));
    awaitFile(file);
    List<Path> made = new ArrayList<>(directories());
    made.removeAll(before);
    assertThat(made).isNotEmpty();
    List<ProcessHandle> workers = workers();
    assertThat(workers).isNotEmpty();
    loop.close();
    assertThatThrownBy(call::get).isInstanceOf(CancellationException.class);
    workers.forEach(worker -> worker.onExit().join());
    made.forEach(PoolEndTest::awaitGone);
  }

  @Test
  void shouldCloseAfterItsLoopHasEnded() {
    List<Path> before = directories();
    Loop loop = Loop.start("ends first");
    ProcessPool pool = await(loop.submit(() -> ProcessPool.builder().name("unused").open()));
    List<Path> made = new ArrayList<>(directories());
    made.removeAll(before);
    loop.close();
    pool.close();
    made.forEach(PoolEndTest::awaitGone);
    assertThat(pool.toString()).contains("closed");
  }

  @Test
  void shouldLeaveNothingWhenItIsClosed() {
    List<Path> before = directories();
    List<Path> made;
    List<ProcessHandle> workers = new ArrayList<>();
    try (ProcessPool pool = ProcessPool.builder().workers(2).open()) {
      String go = directory.resolve("go").toString();
      List<Call<Long>> both =
          List.of(pool.submit(() -> PoolSteps.until(go)), pool.submit(() -> PoolSteps.until(go)));
      PoolSteps.mark(go);
      both.forEach(call -> ProcessHandle.of(call.join()).ifPresent(workers::add));
      made = new ArrayList<>(directories());
      made.removeAll(before);
      assertThat(made).isNotEmpty();
    }
    assertThat(workers).isNotEmpty().noneMatch(ProcessHandle::isAlive);
    assertThat(made).noneMatch(Files::exists);
  }

  @Test
  void shouldKillItsWorkersWhenTheThreadThatClosesItIsInterrupted() throws Exception {
    String file = directory.resolve("begun").toString();
    ProcessPool pool = ProcessPool.builder().workers(1).open();
    Call<Long> endless = pool.submit(() -> PoolSteps.spin(file));
    awaitFile(file);
    CountDownLatch interrupted = new CountDownLatch(1);
    Thread closing =
        Thread.ofPlatform()
            .start(
                () -> {
                  pool.close();
                  if (Thread.currentThread().isInterrupted()) {
                    interrupted.countDown();
                  }
                });
    closing.interrupt();
    closing.join();
    assertThat(interrupted.getCount()).isZero();
    assertThat(endless.isCancelled()).isTrue();
  }

  /** Its workers see the end of their standard input, and clean up after it. */
  @Test
  void shouldLeaveNothingWhenTheParentIsKilled() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--"))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Parent.class.getName()));
    Process parent =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<ProcessHandle> workers = new ArrayList<>();
    try (BufferedReader said =
        new BufferedReader(
            new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8))) {
      for (int i = 0; i < 2; i++) {
        String line = said.readLine();
        assertThat(line).as("a worker's pid").isNotNull();
        workers.add(ProcessHandle.of(Long.parseLong(line)).orElseThrow());
      }
      List<Path> made = directories(parent.pid());
      assertThat(made).isNotEmpty();
      parent.destroyForcibly();
      workers.forEach(worker -> worker.onExit().join());
      made.forEach(PoolEndTest::awaitGone);
    } finally {
      parent.destroyForcibly();
      workers.forEach(ProcessHandle::destroyForcibly);
    }
  }

  /** Says the pids of its two workers, which both are in an endless step. */
  static final class Parent {
    public static void main(String[] arguments) {
      ProcessPool pool =
          ProcessPool.builder()
              .workers(2)
              .output((worker, pid, error, text) -> System.out.println(text))
              .open();
      pool.submit(Parent::sayAndSpin);
      pool.submit(Parent::sayAndSpin).join();
    }

    private static long sayAndSpin() {
      System.out.println(PoolSteps.pid());
      long n = 0;
      while (n >= 0) {
        n = n + 1 & Long.MAX_VALUE;
      }
      return n;
    }
  }

  private static List<ProcessHandle> workers() {
    return ProcessHandle.current().children().toList();
  }

  private static List<Path> directories() {
    return directories(ProcessHandle.current().pid());
  }

  private static List<Path> directories(long pid) {
    List<Path> found = new ArrayList<>();
    for (Path parent :
        List.of(Path.of(System.getProperty("java.io.tmpdir")), Path.of("/dev/shm"))) {
      if (Files.isDirectory(parent)) {
        try (Stream<Path> all = Files.list(parent)) {
          all.filter(path -> path.getFileName().toString().startsWith("treadle-" + pid + "-"))
              .forEach(found::add);
        } catch (IOException failure) {
          throw new UncheckedIOException(failure);
        }
      }
    }
    return found;
  }

  private static void awaitGone(Path path) {
    while (Files.exists(path)) {
      Thread.onSpinWait();
    }
  }

  private static void awaitFile(String file) {
    while (!Files.exists(Path.of(file))) {
      Thread.onSpinWait();
    }
  }
}
