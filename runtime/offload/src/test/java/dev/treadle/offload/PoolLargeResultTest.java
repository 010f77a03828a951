package dev.treadle.offload;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.testing.TestClock;
import dev.treadle.testing.TreadleTest;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A large result is not read on the loop, and its call ends all the same as any other. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PoolLargeResultTest {
  private static volatile CountDownLatch begun = new CountDownLatch(1);
  private static volatile CountDownLatch gate = new CountDownLatch(1);

  @BeforeEach
  void shut() {
    begun = new CountDownLatch(1);
    gate = new CountDownLatch(1);
  }

  /** Where it is read it waits until it may. */
  @SuppressWarnings("ArrayRecordComponent")
  private static final class Gated implements Serializable {
    private static final long serialVersionUID = 1;

    private final byte[] bytes;
    private final int size;

    Gated(int size, boolean shared) {
      bytes = new byte[shared ? size : 0];
      this.size = size;
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      begun.countDown();
      try {
        gate.await();
      } catch (InterruptedException never) {
        throw new IOException(never);
      }
    }
  }

  /** By a file, or by the socket alone. */
  private static Object gated(boolean shared) {
    int size = 2 << 20;
    Gated gated = new Gated(size, shared);
    return shared ? gated : List.of(gated, "x".repeat(size));
  }

  private static ProcessPool open() {
    return ProcessPool.builder().workers(1).open();
  }

  private static void awaitBegun() throws InterruptedException {
    begun.await();
  }

  @TreadleTest(clock = TestClock.REAL, maxTurnMillis = 10_000)
  void shouldLeaveTheLoopFreeWhileALargeResultIsRead() {
    for (boolean shared : new boolean[] {true, false}) {
      gate = new CountDownLatch(1);
      begun = new CountDownLatch(1);
      try (ProcessPool pool = open()) {
        Call<Object> large = pool.submit(() -> gated(shared));
        while (begun.getCount() > 0) {
          sleep(Duration.ofMillis(1));
        }
        // The worker and the loop go on.
        assertThat(await(pool.submit(() -> 7))).isEqualTo(7);
        assertThat(large.isDone()).isFalse();
        gate.countDown();
        Object result = await(large);
        Gated copy = (Gated) (result instanceof List<?> list ? list.getFirst() : result);
        assertThat(copy.size).isEqualTo(2 << 20);
        assertThat(copy.bytes).hasSize(shared ? 2 << 20 : 0);
      }
    }
  }

  @Test
  void shouldBeCancelledWhileItIsReadAndHarmNobody() throws Exception {
    try (ProcessPool pool = open()) {
      Call<Object> large = pool.submit(() -> gated(true));
      awaitBegun();
      long pid = pool.submit(PoolSteps::pid).join();
      assertThat(large.cancel(true)).isTrue();
      assertThatThrownBy(large::join).isInstanceOf(CancellationException.class);
      assertThat(pool.submit(PoolSteps::pid).join()).isEqualTo(pid);
      gate.countDown();
      assertThat(pool.submit(() -> new byte[1 << 20]).join()).hasSize(1 << 20);
    }
  }

  @Test
  void shouldBeWaitedForByClose() throws Exception {
    ProcessPool pool = open();
    Call<Object> large = pool.submit(() -> gated(true));
    awaitBegun();
    Thread closing = Thread.ofPlatform().start(pool::close);
    while (pool.workers().stream().anyMatch(WorkerInfo::ready) && closing.isAlive()) {
      assertThat(large.isDone()).isFalse();
      if (closing.getState() == Thread.State.WAITING) {
        break;
      }
    }
    gate.countDown();
    closing.join();
    assertThat(((Gated) large.join()).bytes).hasSize(2 << 20);
  }

  @Test
  void shouldBeCancelledByACloseWithoutGrace() throws Exception {
    ProcessPool pool = open();
    Call<Object> large = pool.submit(() -> gated(true));
    awaitBegun();
    large.whenComplete((value, failure) -> gate.countDown());
    assertThat(pool.close(Duration.ZERO)).isEqualTo(List.of(large));
    assertThatThrownBy(large::join).isInstanceOf(CancellationException.class);
  }

  /** What a worker leaves is deleted at its end, but not before it is read. */
  @Test
  void shouldBeReadThoughItsWorkerHasEnded() throws Exception {
    try (ProcessPool pool = ProcessPool.builder().workers(2).recycleAfter(1).open()) {
      Call<Object> first = pool.submit(() -> gated(true));
      awaitBegun();
      List<Call<byte[]>> behind = new ArrayList<>();
      for (int n = 1; n <= 6; n++) {
        byte number = (byte) n;
        behind.add(
            pool.submit(
                () -> {
                  byte[] bytes = new byte[1 << 20];
                  Arrays.fill(bytes, number);
                  return bytes;
                }));
      }
      // Their workers, which are replaced after each, have ended when the last one is there.
      while (pool.workers().stream().anyMatch(worker -> worker.inFlight() > 0)) {
        Thread.onSpinWait();
      }
      gate.countDown();
      for (int n = 1; n <= 6; n++) {
        assertThat(behind.get(n - 1).join()).containsOnly(n);
      }
      assertThat(first.join()).isInstanceOf(Gated.class);
    }
  }
}
