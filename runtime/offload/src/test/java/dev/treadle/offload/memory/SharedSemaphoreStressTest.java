package dev.treadle.offload.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Processes that are killed while they take and give back as fast as they can. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "POSIX semaphores as Linux has them")
class SharedSemaphoreStressTest {
  private static final int PERMITS = 2;
  private static final int ROUNDS = 3;

  @Test
  void shouldHaveAllItsPermitsWhateverWasKilled() throws Exception {
    try (SharedSemaphore semaphore = SharedSemaphore.create(PERMITS)) {
      for (int round = 0; round < ROUNDS; round++) {
        List<Child> children = new ArrayList<>();
        for (int i = 0; i < PERMITS + 1; i++) {
          children.add(Child.java("churn", semaphore.name()));
        }
        for (Child child : children) {
          child.await("churning");
        }
        var here = CompletableFuture.runAsync(() -> churn(semaphore));
        for (Child child : children) {
          child.kill();
        }
        here.get();
        List<Permit> all = new ArrayList<>();
        for (int i = 0; i < PERMITS; i++) {
          all.add(semaphore.acquire());
        }
        assertThat(semaphore.tryAcquire()).isNull();
        all.forEach(Permit::close);
        assertThat(semaphore.availablePermits()).isEqualTo(PERMITS);
        assertThat(semaphore.holders()).isEmpty();
      }
    }
  }

  private static void churn(SharedSemaphore semaphore) {
    for (int i = 0; i < 10_000; i++) {
      semaphore.acquire().close();
    }
  }

  /** Threads of one process, through two instances. */
  @Test
  void shouldLoseNothingBetweenThreads() {
    int times = 20_000;
    long[] count = new long[1];
    try (SharedLock lock = SharedLock.create();
        SharedLock opened = SharedLock.open(lock.name())) {
      List<CompletableFuture<Void>> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        SharedLock mine = i % 2 == 0 ? lock : opened;
        CompletableFuture<Void> done = new CompletableFuture<>();
        threads.add(done);
        Thread.ofPlatform().start(() -> count(mine, count, times, done));
      }
      threads.forEach(CompletableFuture::join);
      assertThat(count[0]).isEqualTo(4L * times);
      assertThat(lock.holder()).isEmpty();
    }
  }

  private static void count(
      SharedLock lock, long[] count, int times, CompletableFuture<Void> done) {
    try {
      for (int i = 0; i < times; i++) {
        try (var _ = lock.acquire()) {
          count[0]++;
        }
      }
      done.complete(null);
    } catch (Throwable failure) {
      done.completeExceptionally(failure);
    }
  }
}
