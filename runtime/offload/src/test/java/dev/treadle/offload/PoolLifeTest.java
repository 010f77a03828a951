package dev.treadle.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How workers are started, replaced and ended. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PoolLifeTest {
  @TempDir Path directory;

  @Test
  void shouldReuseAnIdleWorkerBeforeItStartsAnother() {
    try (ProcessPool pool = ProcessPool.builder().workers(4).open()) {
      assertThat(pool.workers()).isEmpty();
      Set<Long> pids = new HashSet<>();
      for (int i = 0; i < 10; i++) {
        pids.add(pool.submit(PoolSteps::pid).join());
      }
      assertThat(pids).hasSize(1);
      assertThat(pool.workers()).hasSize(1);
      assertThat(pool.workers().getFirst().calls()).isEqualTo(10);
      assertThat(pool.workers().getFirst().ready()).isTrue();
    }
  }

  /** A terminal sends it to all; the parent is to end in order, and its workers with it. */
  @Test
  void shouldLeaveCtrlCToTheParent() throws Exception {
    try (ProcessPool pool = ProcessPool.builder().workers(1).open()) {
      long pid = pool.submit(PoolSteps::pid).get();
      for (int i = 0; i < 20; i++) {
        assertThat(new ProcessBuilder("kill", "-INT", String.valueOf(pid)).start().waitFor())
            .isZero();
        assertThat(pool.submit(PoolSteps::pid).get()).isEqualTo(pid);
      }
    }
  }

  @Test
  void shouldReplaceAWorkerAfterSoManyCalls() {
    try (ProcessPool pool = ProcessPool.builder().workers(1).recycleAfter(3).open()) {
      List<Call<Integer>> calls = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        calls.add(pool.submit(PoolSteps::count));
      }
      // All at once: more than one worker may do, which has hung Python's pool (gh-115634).
      assertThat(calls.stream().map(Call::join)).containsExactly(1, 2, 3, 1, 2, 3, 1);
    }
  }

  @Test
  void shouldReplaceAWorkerThatUsesTooMuchMemory() {
    try (ProcessPool pool = ProcessPool.builder().workers(1).recycleAbove(1).open()) {
      long first = pool.submit(PoolSteps::pid).join();
      long now = first;
      while (now == first) {
        now = pool.submit(PoolSteps::pid).join();
      }
      assertThat(now).isNotEqualTo(first);
    }
  }

  @Test
  void shouldPrepareEachWorkerBeforeItsFirstCall() {
    try (ProcessPool pool =
        ProcessPool.builder()
            .workers(1)
            .recycleAfter(1)
            .initializer(() -> PoolSteps.prepare("ready"))
            .open()) {
      assertThat(pool.submit(PoolSteps::prepared).join()).isEqualTo("ready");
      assertThat(pool.submit(PoolSteps::prepared).join()).isEqualTo("ready");
    }
  }

  @Test
  void shouldFailCallsWithTheCauseWhenTheInitializerFails() {
    String file = directory.resolve("attempts").toString();
    try (ProcessPool pool =
        ProcessPool.builder().workers(1).initializer(() -> attempt(file)).open()) {
      assertThatThrownBy(() -> pool.submit(PoolSteps::pid).get())
          .cause()
          .isInstanceOf(WorkerStartException.class)
          .hasMessageContaining("the initializer failed: no database")
          .hasCauseInstanceOf(IllegalStateException.class);
      assertThat(Path.of(file)).hasSize(Starts.ATTEMPTS);
    }
  }

  private static void attempt(String file) {
    try {
      Files.write(
          Path.of(file),
          new byte[1],
          java.nio.file.StandardOpenOption.CREATE,
          java.nio.file.StandardOpenOption.APPEND);
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
    throw new IllegalStateException("no database");
  }

  @Test
  void shouldSayWhatIsWrongWithAFlag() {
    try (ProcessPool pool = ProcessPool.builder().workers(1).flags("-XX:+NoSuchFlag").open()) {
      assertThatThrownBy(() -> pool.submit(PoolSteps::pid).get())
          .cause()
          .isInstanceOf(WorkerStartException.class)
          .hasMessageContaining("NoSuchFlag")
          .hasMessageContaining("it exited with 1");
    }
  }

  @Test
  void shouldSayThatThereIsNoSuchProgram() {
    try (ProcessPool pool =
        ProcessPool.builder().workers(1).java(directory.resolve("nojava")).open()) {
      assertThatThrownBy(() -> pool.submit(PoolSteps::pid).get())
          .cause()
          .isInstanceOf(WorkerStartException.class)
          .hasMessageContaining("nojava");
    }
  }

  @Test
  void shouldGiveAWorkerItsFlagsHeapAndEnvironment() {
    try (ProcessPool pool =
        ProcessPool.builder()
            .workers(1)
            .flags("-Dcolour=blue")
            .maxHeap(48L << 20)
            .environment("SHAPE", "round")
            .niceness(0)
            .open()) {
      assertThat(pool.submit(() -> System.getProperty("colour")).join()).isEqualTo("blue");
      assertThat(pool.submit(() -> System.getenv("SHAPE")).join()).isEqualTo("round");
      assertThat(pool.submit(() -> Runtime.getRuntime().maxMemory()).join())
          .isBetween(24L << 20, 48L << 20);
    }
  }

  @Test
  void shouldGiveWhatWorkersWriteByLineWithWhoseItIs() {
    ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
    long pid;
    try (ProcessPool pool =
        ProcessPool.builder()
            .workers(1)
            .output(
                (worker, id, error, text) ->
                    lines.add(worker + " " + id + (error ? " err " : " out ") + text))
            .open()) {
      pid = pool.submit(() -> PoolSteps.say("hello", "trouble")).join();
    }
    assertThat(lines)
        .containsExactlyInAnyOrder("1 " + pid + " out hello", "1 " + pid + " err trouble");
  }

  @Test
  void shouldCloseTheConnectionOfAStrangerAndServeItsWorkers() throws Exception {
    Set<Path> before = sockets();
    try (ProcessPool pool = ProcessPool.builder().workers(1).open()) {
      pool.submit(PoolSteps::pid).join();
      Set<Path> made = sockets();
      made.removeAll(before);
      assertThat(made).isNotEmpty();
      for (Path socket : made) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
            .isEqualTo("rwx------");
      }
      Path socket = made.iterator().next();
      try (SocketChannel stranger = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        stranger.connect(UnixDomainSocketAddress.of(socket));
        ByteBuffer hello = ByteBuffer.allocate(13 + 32);
        hello.putInt(9 + 32).put((byte) 16).putLong(1).position(0);
        stranger.write(hello);
        assertThat(stranger.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      }
      assertThat(pool.submit(() -> 1).join()).isEqualTo(1);
    }
  }

  @Test
  void shouldRefuseOptionsThatMakeNoSense() {
    assertThatThrownBy(() -> ProcessPool.builder().workers(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("workers: value=0; give at least 1");
    assertThatThrownBy(() -> ProcessPool.builder().niceness(20))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("niceness: steps=20; give 0 to 19");
    assertThatThrownBy(() -> ProcessPool.builder().startTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldRefuseCallsWhenClosed() {
    ProcessPool pool = ProcessPool.open();
    pool.close();
    assertThatThrownBy(() -> pool.submit(PoolSteps::pid))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("is closed");
    pool.close();
  }

  private static Set<Path> sockets() throws IOException {
    Set<Path> found = new HashSet<>();
    String mine = "treadle-" + ProcessHandle.current().pid() + "-";
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      for (Path each :
          all.filter(path -> path.getFileName().toString().startsWith(mine)).toList()) {
        if (Files.exists(each.resolve("s"))) {
          found.add(each.resolve("s"));
        }
      }
    }
    return found;
  }
}
