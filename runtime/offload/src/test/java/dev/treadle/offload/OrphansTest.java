package dev.treadle.offload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Parents that are not there any more, or have little memory to share. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@EnabledOnOs(value = OS.LINUX, disabledReason = "looks for what is left in /dev/shm")
class OrphansTest {
  private static final String PIDS = "pids=";

  @Test
  void shouldLeaveNothingWhenTheParentIsKilled() throws Exception {
    shouldLeaveNothing(Busy.class);
  }

  @Test
  void shouldLeaveNothingOfAPoolInAWorkerWhenTheGrandparentIsKilled() throws Exception {
    shouldLeaveNothing(BusyBelow.class);
  }

  private static void shouldLeaveNothing(Class<?> program) throws Exception {
    Process parent = start(List.of(), program);
    List<ProcessHandle> workers = new ArrayList<>();
    try (BufferedReader said = parent.inputReader(StandardCharsets.UTF_8)) {
      String[] pids =
          said.lines()
              .filter(line -> line.startsWith(PIDS))
              .map(line -> line.substring(PIDS.length()).split(" "))
              .findFirst()
              .orElseThrow();
      assertThat(pids).as("pids of workers").hasSize(2);
      for (String pid : pids) {
        workers.add(ProcessHandle.of(Long.parseLong(pid)).orElseThrow());
      }
      assertThat(Leftovers.directories(parent.pid())).as("while it lives").isNotEmpty();
    } finally {
      parent.destroyForcibly();
    }
    parent.waitFor();
    for (ProcessHandle worker : workers) {
      worker.onExit().join();
    }
    // The last of them may still be deleting when its parent's parent hears of its end.
    workers.add(parent.toHandle());
    for (ProcessHandle each : workers) {
      while (!Leftovers.directories(each.pid()).isEmpty()) {
        LockSupport.parkNanos(1_000_000);
      }
    }
    assertThat(workers).noneMatch(ProcessHandle::isAlive);
  }

  /** A worker whose step waits for a step in a worker of its own. */
  static final class BusyBelow {
    private BusyBelow() {}

    public static void main(String[] arguments) throws Exception {
      ProcessPool pool = ProcessPool.builder().workers(1).nesting(1).open();
      Path below = Files.createTempDirectory("orphans").resolve("pid");
      String file = below.toString();
      pool.submit(() -> wait(file));
      while (!Files.exists(below)) {
        LockSupport.parkNanos(1_000_000);
      }
      System.out.println(
          PIDS + pool.workers().getFirst().pid() + " " + Files.readString(below).strip());
      Files.delete(below);
      Files.delete(below.getParent());
      Thread.currentThread().join();
    }

    private static long wait(String file) {
      ProcessPool pool = ProcessPool.builder().workers(1).open();
      byte[] large = new byte[4 << 20];
      pool.submit(() -> large.length).join();
      return pool.submit(() -> PoolNestingTest.writePidAndHang(file)).join();
    }
  }

  /** Two workers in steps that never end, with shared memory under way. */
  static final class Busy {
    private Busy() {}

    public static void main(String[] arguments) throws Exception {
      ProcessPool pool = ProcessPool.builder().workers(2).open();
      byte[] large = new byte[4 << 20];
      Call<Integer> first = pool.submit(() -> large.length);
      first.get();
      pool.submit(() -> ChaosSteps.spin());
      pool.submit(() -> ChaosSteps.spin());
      while (pool.workers().stream().filter(worker -> worker.inFlight() > 0).count() < 2) {
        LockSupport.parkNanos(1_000_000);
      }
      byte[] waiting = new byte[4 << 20];
      pool.submit(() -> waiting.length);
      StringBuilder pids = new StringBuilder();
      for (WorkerInfo worker : pool.workers()) {
        pids.append(pids.isEmpty() ? "" : " ").append(worker.pid());
      }
      System.out.println(PIDS + pids);
      Thread.currentThread().join();
    }
  }

  @Test
  void shouldSendLargeValuesAnotherWayWhenSharedMemoryIsFull() throws Exception {
    List<String> namespace =
        List.of(
            "unshare",
            "-rm",
            "sh",
            "-c",
            "mount -t tmpfs -o size=64k none /dev/shm && exec \"$@\"",
            "sh");
    Assumptions.assumeTrue(
        canRun(namespace), "this user may not mount a small /dev/shm (unshare -rm)");
    Process child = start(namespace, Large.class);
    try (BufferedReader said = child.inputReader(StandardCharsets.UTF_8)) {
      List<String> lines = said.lines().toList();
      assertThat(lines).as("output").contains("sum=33554432");
      assertThat(child.waitFor()).isZero();
    } finally {
      child.destroyForcibly();
    }
  }

  /** Arrays that do not fit, both ways. */
  static final class Large {
    private Large() {}

    public static void main(String[] arguments) throws Exception {
      long sum = 0;
      try (ProcessPool pool = ProcessPool.builder().workers(2).open()) {
        for (int n = 0; n < 4; n++) {
          byte[] there = new byte[8 << 20];
          byte[] back = pool.submit(() -> there).get();
          sum += back.length;
        }
      }
      System.out.println("sum=" + sum);
    }
  }

  private static boolean canRun(List<String> prefix) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(prefix);
    command.add("true");
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException none) {
      return false;
    }
  }

  private static Process start(List<String> prefix, Class<?> program) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(ProcessHandle.current().info().command().orElse("java"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.startsWith("-javaagent") && !flag.startsWith("-Dio.netty.leak"))
        .forEach(command::add);
    command.addAll(Arrays.asList("-cp", classPath(), program.getName()));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String classPath() {
    return System.getProperty(
        "surefire.test.class.path", System.getProperty("java.class.path", ""));
  }
}
