package dev.treadle.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The files in memory that a pool's arguments go through, seen from outside. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@EnabledOnOs(value = OS.LINUX, disabledReason = "looks at what is in /dev/shm and in /proc")
class PoolKeepsSharedTest {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final Duration LONG = Duration.ofHours(1);
  private static final int SIZE = 1 << 20;

  @TempDir Path directory;
  private Set<String> others = Set.of();

  @BeforeEach
  void look() {
    others = Leftovers.directories(ProcessHandle.current().pid());
  }

  /** Name and inode of each file in memory that this test's pools have. */
  private Set<String> files() throws IOException {
    Set<String> own = new TreeSet<>(Leftovers.directories(ProcessHandle.current().pid()));
    own.removeAll(others);
    Set<String> all = new TreeSet<>();
    for (String each : own) {
      if (each.startsWith(MEMORY.toString())) {
        try (Stream<Path> files = Files.list(Path.of(each))) {
          for (Path file : files.toList()) {
            try {
              all.add(file + " " + Files.getAttribute(file, "unix:ino"));
            } catch (NoSuchFileException goneMeanwhile) {
              // Then it is not there.
            }
          }
        }
      }
    }
    return all;
  }

  private static boolean isMapped(Set<String> names) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
      for (String name : names) {
        if (line.contains(name.substring(0, name.indexOf(' ')))) {
          return true;
        }
      }
    }
    return false;
  }

  private static long sum(byte[] bytes) {
    long sum = bytes.length;
    for (byte each : bytes) {
      sum = sum * 31 + each;
    }
    return sum;
  }

  private static byte[] bytes(int size, int seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static void requireSum(ProcessPool pool, byte[] bytes) {
    assertThat(pool.submit(() -> sum(bytes)).join()).isEqualTo(sum(bytes));
  }

  @Test
  void shouldUseAFileAgainAndLeaveNothing() throws Exception {
    Set<String> kept = Set.of();
    try (ProcessPool pool = ProcessPool.builder().workers(1).keepShared(LONG).open()) {
      for (int i = 0; i < 10; i++) {
        requireSum(pool, bytes(SIZE - i, i));
        Set<String> now = files();
        assertThat(now).hasSize(1);
        if (i > 0) {
          assertThat(now).isEqualTo(kept);
        }
        kept = now;
      }
      assertThat(isMapped(kept)).isTrue();
    }
    assertThat(Leftovers.directories(ProcessHandle.current().pid())).isSubsetOf(others);
    assertThat(isMapped(kept)).isFalse();
  }

  @Test
  void shouldUseAFileAgainForAnotherWorker() throws Exception {
    try (ProcessPool pool =
        ProcessPool.builder().workers(1).recycleAfter(1).keepShared(LONG).open()) {
      requireSum(pool, bytes(SIZE, 1));
      Set<String> kept = files();
      requireSum(pool, bytes(SIZE, 2));
      requireSum(pool, bytes(SIZE, 3));
      assertThat(files()).isEqualTo(kept).hasSize(1);
    }
  }

  @Test
  void shouldKeepNothingWhenToldSo() throws Exception {
    try (ProcessPool pool = ProcessPool.builder().workers(1).keepShared(Duration.ZERO).open()) {
      requireSum(pool, bytes(SIZE, 1));
      assertThat(files()).isEmpty();
    }
    assertThatThrownBy(() -> ProcessPool.builder().keepShared(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("keepShared");
  }

  @Test
  void shouldLetGoOfWhatIsNotUsed() throws Exception {
    try (ProcessPool pool =
        ProcessPool.builder().workers(1).keepShared(Duration.ofMillis(1)).open()) {
      for (int i = 0; i < 3; i++) {
        requireSum(pool, bytes(SIZE, i));
        while (!files().isEmpty()) {
          // The pool's own alarm: nobody calls it any more.
          Thread.onSpinWait();
        }
      }
    }
  }

  /** Who may still read it reads what it was given. */
  @Test
  void shouldNotUseAgainWhatARetryMayRead() throws Exception {
    String died = directory.resolve("died").toString();
    String go = directory.resolve("go").toString();
    byte[] bytes = bytes(SIZE, 1);
    try (ProcessPool pool =
        ProcessPool.builder().workers(2).keepShared(LONG).output((n, pid, e, line) -> {}).open()) {
      Call<Long> retried =
          pool.submit(
              () -> {
                PoolSteps.dieOnce(died);
                PoolSteps.until(go);
                return sum(bytes);
              },
              CallOptions.DEFAULT.idempotent(1));
      for (int i = 2; i < 20; i++) {
        requireSum(pool, bytes(SIZE, i));
      }
      PoolSteps.mark(go);
      assertThat(retried.join()).isEqualTo(sum(bytes));
      // It went through two workers: its file is deleted, which the call's end does not wait for.
      while (files().size() > 1) {
        Thread.onSpinWait();
      }
      Set<String> kept = files();
      requireSum(pool, bytes(SIZE, 2));
      assertThat(files()).isEqualTo(kept);
    }
  }

  @Test
  void shouldNotUseAgainWhatWasCancelledOrFailed() throws Exception {
    String file = directory.resolve("began").toString();
    byte[] bytes = bytes(SIZE, 1);
    try (ProcessPool pool = ProcessPool.builder().workers(1).keepShared(LONG).open()) {
      requireSum(pool, bytes);
      Set<String> kept = files();
      Call<?> hanging =
          pool.submit(
              () -> {
                sum(bytes);
                PoolSteps.hang(file);
              });
      while (!Files.exists(Path.of(file))) {
        Thread.onSpinWait();
      }
      assertThat(files()).isEqualTo(kept);
      hanging.cancel(true);
      requireSum(pool, bytes(SIZE, 2));
      while (!Collections.disjoint(files(), kept)) {
        Thread.onSpinWait();
      }
      Set<String> next = files();
      assertThat(next).hasSize(1);
      Call<Long> failing =
          pool.submit(
              () -> {
                if (bytes.length > 0) {
                  throw new IllegalStateException("on purpose");
                }
                return 1L;
              });
      assertThatThrownBy(failing::join).hasRootCauseMessage("on purpose");
      while (!Collections.disjoint(files(), next)) {
        Thread.onSpinWait();
      }
      requireSum(pool, bytes(SIZE, 3));
      assertThat(files()).hasSize(1).doesNotContainAnyElementsOf(next);
    }
  }

  @Test
  void shouldSendToEachCallItsOwnWhenManyThreadsSubmitAndCancel() throws Exception {
    AtomicInteger wrong = new AtomicInteger();
    AtomicInteger right = new AtomicInteger();
    try (ProcessPool pool = ProcessPool.builder().workers(2).keepShared(LONG).open()) {
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        int seed = t;
        threads.add(Thread.ofPlatform().start(() -> storm(pool, seed, right, wrong)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(wrong).hasValue(0);
    assertThat(right.get()).isGreaterThan(100);
    assertThat(Leftovers.directories(ProcessHandle.current().pid())).isSubsetOf(others);
  }

  private static void storm(ProcessPool pool, int seed, AtomicInteger right, AtomicInteger wrong) {
    Random random = new Random(seed);
    for (int i = 0; i < 40; i++) {
      List<byte[]> values = new ArrayList<>();
      List<Call<Long>> calls = new ArrayList<>();
      for (int n = 0; n < 3; n++) {
        byte[] bytes = bytes(300_000 + random.nextInt(500_000), random.nextInt());
        byte[] other = Arrays.copyOf(bytes, 400_000);
        values.add(bytes);
        calls.add(pool.submit(() -> sum(bytes) + sum(other), CallOptions.DEFAULT.idempotent(n)));
      }
      if (random.nextInt(4) == 0) {
        calls.removeFirst().cancel(true);
        values.removeFirst();
      }
      for (int n = 0; n < calls.size(); n++) {
        byte[] bytes = values.get(n);
        long expected = sum(bytes) + sum(Arrays.copyOf(bytes, 400_000));
        (calls.get(n).join() == expected ? right : wrong).incrementAndGet();
      }
    }
  }
}
