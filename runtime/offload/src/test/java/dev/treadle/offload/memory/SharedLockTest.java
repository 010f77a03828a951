package dev.treadle.offload.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "POSIX semaphores as Linux has them")
class SharedLockTest {
  @Test
  void shouldBeOfOneAtATime() {
    String name = Sent.name();
    try (SharedLock lock = SharedLock.create(name);
        SharedLock opened = SharedLock.open(name)) {
      assertThat(opened.name()).isEqualTo(name);
      assertThat(lock.holder()).isEmpty();
      Permit held = lock.acquire();
      assertThat(held.deadHolder()).isEmpty();
      assertThat(opened.holder()).hasValue(ProcessHandle.current().pid());
      assertThat(opened.tryAcquire()).isNull();
      assertThat(opened.tryAcquire(Duration.ofMillis(1))).isNull();
      held.close();
      try (Permit now = opened.acquire()) {
        assertThat(lock.tryAcquire()).isNull();
        assertThat(now.toString()).isEqualTo("Permit[" + name + "]");
      }
      assertThat(lock.tryAcquire()).isNotNull();
      assertThat(lock).hasToString("SharedLock[" + name + " available=0]");
    }
    assertThatThrownBy(() -> SharedLock.open(name)).hasCauseInstanceOf(NoSuchFileException.class);
  }

  @Test
  void shouldRefuseWhatIsNotOne() {
    try (SharedSemaphore semaphore = SharedSemaphore.create(Sent.name(), 1)) {
      assertThatThrownBy(() -> SharedLock.open(semaphore.name()))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> SharedLock.create(semaphore.name()))
          .hasCauseInstanceOf(FileAlreadyExistsException.class);
    }
  }

  @Test
  void shouldGoOnWithoutANameWhenUnlinked() {
    try (SharedLock lock = SharedLock.create()) {
      lock.unlink();
      assertThatThrownBy(() -> SharedLock.open(lock.name()))
          .hasCauseInstanceOf(NoSuchFileException.class);
      lock.acquire().close();
    }
  }

  @Test
  void shouldWorkInAnotherProcessWhenSentThere() throws Exception {
    try (SharedLock lock = SharedLock.create();
        Child child = Child.java("receive", Sent.hex(lock))) {
      assertThat(child.await("holder ")).isEqualTo("true");
      assertThat(lock.holder()).hasValue(child.pid());
      assertThat(lock.tryAcquire()).isNull();
    }
  }

  /** As a robust mutex: the lock is given, and that its holder died is said, once. */
  @Test
  void shouldBeGivenWithAReportWhenItsHolderWasKilled() throws Exception {
    try (SharedLock lock = SharedLock.create();
        Child child = Child.java("hold-lock", lock.name())) {
      child.await("held");
      assertThat(lock.tryAcquire()).isNull();
      child.kill();
      try (Permit held = lock.acquire()) {
        assertThat(held.deadHolder()).hasValue(child.pid());
        assertThat(lock.tryAcquire()).isNull();
      }
      assertThat(lock.acquire().deadHolder()).isEmpty();
    }
  }

  @Test
  void shouldGuardWhatProcessesDoOneAtATime() throws Exception {
    int times = 5_000;
    List<Child> children = new ArrayList<>();
    try (SharedMemory memory = SharedMemory.create(64);
        SharedLock lock = SharedLock.create()) {
      for (int i = 0; i < 4; i++) {
        children.add(Child.java("add-locked", memory.name(), lock.name(), "" + times));
      }
      for (Child child : children) {
        child.await("ready");
      }
      for (Child child : children) {
        child.type("go");
      }
      for (Child child : children) {
        child.awaitEnd();
      }
      assertThat(memory.longs().get(0)).isEqualTo(4L * times);
    } finally {
      children.forEach(Child::close);
    }
  }
}
