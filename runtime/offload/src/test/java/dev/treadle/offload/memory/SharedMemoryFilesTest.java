package dev.treadle.offload.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What is left in the folder where Linux keeps shared memory, and what never is. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere shared memory is in no folder")
class SharedMemoryFilesTest {
  private static final Path FOLDER = Path.of("/dev/shm");
  private static final long BLOCK = 512;

  @Test
  void shouldBeOfTheOwnerAloneWithAllPagesReserved() throws IOException {
    long size = 3 << 20;
    try (SharedMemory memory = SharedMemory.create(size)) {
      Path file = FOLDER.resolve(memory.name());
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(blocks(file) * BLOCK).isGreaterThanOrEqualTo(size);
    }
  }

  private static long blocks(Path file) throws IOException {
    try (var out = new ProcessBuilder("stat", "-c", "%b", file.toString()).start().inputReader()) {
      return Long.parseLong(out.readLine());
    }
  }

  @Test
  void shouldBeOneErrorAtCreationWhenThereIsNoRoom() throws IOException {
    String name = Sent.name();
    assertThatThrownBy(() -> SharedMemory.create(name, 1L << 50))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(
            "create() of shared memory failed: name=%s size=%d cause=No space left on device; free"
                + " the shared memory file system (df /dev/shm), or make it larger",
            name, 1L << 50);
    assertThat(filesOf(name)).isEmpty();
  }

  @Test
  void shouldLeaveNothingWhenClosed() throws IOException {
    String name = Sent.name();
    SharedMemory memory = SharedMemory.create(name, 64);
    SharedSemaphore semaphore = SharedSemaphore.create(name + "s", 1);
    SharedLock lock = SharedLock.create(name + "l");
    assertThat(filesOf(name)).hasSize(2 + 4 + 4);
    semaphore.close();
    lock.close();
    memory.close();
    assertThat(filesOf(name)).isEmpty();
  }

  @Test
  void shouldSayThatItHasNoSizeWhenItsCreatorIsStillAtIt() throws IOException {
    String name = Sent.name();
    Path file = Files.createFile(FOLDER.resolve(name));
    try {
      assertThatThrownBy(() -> SharedMemory.open(name))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("open() of shared memory without a size: name=" + name);
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void shouldBeSweptByTheNextCreatorWhenItsProcessWasKilled() throws Exception {
    String name = Sent.name();
    try (Child named = Child.java("create", name);
        Child unnamed = Child.java("create", "-");
        Child semaphores = Child.java("create-semaphore", name + "s")) {
      named.await("created ");
      String generated = unnamed.await("created ");
      semaphores.await("created");
      long pid = semaphores.pid();
      assertThat(filesOf(name)).hasSize(2 + 4);
      assertThat(filesOf("-" + pid + "-")).hasSize(2 + 2);
      assertThat(Sent.exists(generated)).isTrue();
      named.kill();
      unnamed.kill();
      semaphores.kill();
      SharedMemory.create(1).close();
      assertThat(filesOf(name)).isEmpty();
      assertThat(filesOf("-" + pid + "-")).isEmpty();
      assertThat(Sent.exists(generated)).isFalse();
    }
  }

  @Test
  void shouldBeRemovedAtTheEndOfItsProcessWhenThatDidNotCloseIt() throws Exception {
    String name = Sent.name();
    try (Child child = Child.java("create", name)) {
      child.await("created ");
      child.type("end");
      child.awaitEnd();
      assertThat(filesOf(name)).isEmpty();
    }
  }

  @Test
  void shouldNotBeSweptWhenItsProcessLives() throws Exception {
    try (Child child = Child.java("create", "-")) {
      String name = child.await("created ");
      SharedMemory.create(1).close();
      try (SharedMemory opened = SharedMemory.open(name)) {
        assertThat(opened.longs().get(0)).isEqualTo(42);
      }
      child.type("end");
      child.awaitEnd();
    }
  }

  @Test
  void shouldNotSweepWhatHasTheNameByNow() throws Exception {
    String name = Sent.name();
    Path file = FOLDER.resolve(name);
    try (Child child = Child.java("create", name)) {
      child.await("created ");
      // The old one is still there, under another name, so that its inode is not used again.
      Files.move(file, FOLDER.resolve(name + "-old"));
      Files.writeString(file, "somebody else's");
      child.kill();
      SharedMemory.create(1).close();
      assertThat(file).hasContent("somebody else's");
      assertThat(filesOf("." + name)).as("the register").isEmpty();
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(FOLDER.resolve(name + "-old"));
    }
  }

  @Test
  void shouldNotSweepWhatOnlyLooksAlike() throws Exception {
    String ours = Long.toString(ProcessIdentity.namespace(), 36);
    List<Path> alike =
        List.of(
            // Of another pid namespace, where such a process may well live.
            FOLDER.resolve("treadle-4194303-1-1-" + Sent.name().substring(3, 8)),
            FOLDER.resolve("treadle-4194303-1-" + ours),
            FOLDER.resolve("treadle-results"));
    Path dead = FOLDER.resolve("treadle-4194303-1-" + ours + "-1");
    try {
      for (Path file : alike) {
        Files.createFile(file);
      }
      Files.createFile(dead);
      SharedMemory.create(1).close();
      assertThat(alike).allMatch(Files::exists);
      assertThat(dead).doesNotExist();
    } finally {
      for (Path file : alike) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static List<String> filesOf(String name) throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(f -> f.contains(name))
          .toList();
    }
  }
}
