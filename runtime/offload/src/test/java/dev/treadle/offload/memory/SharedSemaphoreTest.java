package dev.treadle.offload.memory;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "POSIX semaphores as Linux has them")
class SharedSemaphoreTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  @Test
  void shouldGiveNoMorePermitsThanThereAre() {
    try (SharedSemaphore semaphore = SharedSemaphore.create(2);
        SharedSemaphore opened = SharedSemaphore.open(semaphore.name())) {
      Permit first = semaphore.acquire();
      Permit second = opened.acquire();
      assertThat(semaphore.availablePermits()).isZero();
      assertThat(semaphore.tryAcquire()).isNull();
      assertThat(opened.tryAcquire(Duration.ofMillis(1))).isNull();
      assertThat(semaphore.tryAcquire(Duration.ofSeconds(-1))).isNull();
      long pid = ProcessHandle.current().pid();
      assertThat(semaphore.holders()).containsExactly(pid, pid);
      first.close();
      first.close();
      assertThat(opened.availablePermits()).isEqualTo(1);
      second.close();
      assertThat(opened.availablePermits()).isEqualTo(2);
      assertThat(semaphore.holders()).isEmpty();
      assertThat(semaphore.acquire().deadHolder()).isEmpty();
      assertThat(semaphore).hasToString("SharedSemaphore[" + semaphore.name() + " available=1]");
    }
  }

  @Test
  void shouldHaveNoneAtFirstWhenCreatedWithZero() {
    try (SharedSemaphore semaphore = SharedSemaphore.create(0)) {
      assertThat(semaphore.tryAcquire()).isNull();
    }
  }

  @Test
  void shouldBlockTheThreadUntilAPermitIsGivenBack() throws Exception {
    try (SharedSemaphore semaphore = SharedSemaphore.create(1);
        SharedSemaphore opened = SharedSemaphore.open(semaphore.name())) {
      Permit held = semaphore.acquire();
      var waits = CompletableFuture.supplyAsync(() -> requireNonNull(opened.tryAcquire(LONG)));
      assertThat(waits).isNotDone();
      held.close();
      assertThat(waits.get().toString()).isEqualTo("Permit[" + semaphore.name() + "]");
    }
  }

  @Test
  void shouldEndAWaitWhenTheThreadIsInterrupted() throws Exception {
    try (SharedSemaphore semaphore = SharedSemaphore.create(0)) {
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      CountDownLatch interrupted = new CountDownLatch(1);
      Thread thread =
          new Thread(
              () -> {
                try {
                  semaphore.acquire();
                } catch (CompletionException e) {
                  thrown.set(e);
                }
                if (Thread.currentThread().isInterrupted()) {
                  interrupted.countDown();
                }
              });
      thread.start();
      thread.interrupt();
      interrupted.await();
      assertThat(thrown.get())
          .hasMessage("acquire() was interrupted")
          .hasCauseInstanceOf(InterruptedException.class);
    }
  }

  @Test
  void shouldEndAWaitWhenClosed() {
    SharedSemaphore semaphore = SharedSemaphore.create(0);
    var waits = CompletableFuture.supplyAsync(semaphore::acquire);
    semaphore.close();
    assertThatThrownBy(waits::join)
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining(
            "() of a shared semaphore that is closed: name="
                + semaphore.name()
                + "; use it before its close()");
  }

  @Test
  void shouldGiveBackWhatWasGotThroughItWhenClosed() {
    try (SharedSemaphore semaphore = SharedSemaphore.create(2)) {
      SharedSemaphore opened = SharedSemaphore.open(semaphore.name());
      Permit permit = opened.acquire();
      semaphore.acquire();
      opened.close();
      opened.close();
      permit.close();
      assertThat(semaphore.availablePermits()).isEqualTo(1);
      assertThatThrownBy(opened::tryAcquire).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void shouldKeepItsNameUntilTheOwnerCloses() {
    SharedSemaphore semaphore = SharedSemaphore.create(Sent.name(), 1);
    SharedSemaphore opened = SharedSemaphore.open(semaphore.name());
    SharedSemaphore.open(semaphore.name()).close();
    SharedSemaphore.open(semaphore.name()).close();
    semaphore.close();
    assertThatThrownBy(() -> SharedSemaphore.open(semaphore.name()))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(NoSuchFileException.class);
    // Who has it goes on with it.
    opened.acquire().close();
    opened.close();
  }

  @Test
  void shouldRefuseANameThatIsTakenOrTooManyPermits() {
    try (SharedSemaphore semaphore = SharedSemaphore.create(Sent.name(), 1)) {
      assertThatThrownBy(() -> SharedSemaphore.create(semaphore.name(), 1))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageStartingWith(
              "create() of a shared semaphore failed: name="
                  + semaphore.name()
                  + " cause=File exists")
          .hasCauseInstanceOf(FileAlreadyExistsException.class);
    }
    for (int permits : new int[] {-1, 65_537}) {
      assertThatThrownBy(() -> SharedSemaphore.create(permits))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("create() of a shared semaphore with permits=%d; take 0 to 65536", permits);
    }
    SharedSemaphore.create(65_536).close();
  }

  @Test
  void shouldRefuseToBeTakenForALock() {
    try (SharedLock lock = SharedLock.create()) {
      assertThatThrownBy(() -> SharedSemaphore.open(lock.name()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "open() of something else: name=%s wanted=a shared semaphore; open what was created",
              lock.name());
    }
  }

  @Test
  void shouldBeTheSameForAllStepsItWasSentWith() throws Exception {
    try (SharedSemaphore semaphore = SharedSemaphore.create(1)) {
      SharedSemaphore sent = Sent.copy(semaphore);
      assertThat(Sent.copy(semaphore)).isSameAs(sent);
      sent.acquire();
      assertThat(semaphore.availablePermits()).isZero();
      sent.close();
      assertThat(Sent.copy(semaphore)).isNotSameAs(sent);
      assertThat(semaphore.availablePermits()).isEqualTo(1);
    }
  }

  @Test
  void shouldWorkInAnotherProcessWhenSentThere() throws Exception {
    try (SharedSemaphore semaphore = SharedSemaphore.create(2);
        Child child = Child.java("receive", Sent.hex(semaphore))) {
      assertThat(child.await("available ")).isEqualTo("1");
      assertThat(semaphore.holders()).containsExactly(child.pid());
    }
  }

  @Test
  void shouldGiveBackThePermitsOfAKilledProcess() throws Exception {
    try (SharedSemaphore semaphore = SharedSemaphore.create(3);
        Child child = Child.java("hold-semaphore", semaphore.name(), "3")) {
      child.await("held");
      assertThat(semaphore.availablePermits()).isZero();
      child.kill();
      Permit permit = semaphore.acquire();
      assertThat(permit.deadHolder()).hasValue(child.pid());
      // It is told once, and all three are back.
      assertThat(semaphore.acquire().deadHolder()).isEmpty();
      assertThat(semaphore.tryAcquire()).isNotNull();
      assertThat(semaphore.tryAcquire()).isNull();
    }
  }

  @Test
  void shouldGiveBackThePermitsOfAProcessThatEndsWithoutDoingSo() throws Exception {
    try (SharedSemaphore semaphore = SharedSemaphore.create(1);
        Child child = Child.java("hold-semaphore", semaphore.name(), "1")) {
      child.await("held");
      var waits = CompletableFuture.supplyAsync(semaphore::acquire);
      child.type("end");
      child.awaitEnd();
      assertThat(waits.get().deadHolder()).hasValue(child.pid());
    }
  }
}
