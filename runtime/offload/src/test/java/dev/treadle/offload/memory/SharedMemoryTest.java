package dev.treadle.offload.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "POSIX shared memory")
class SharedMemoryTest {
  @Test
  void shouldBeZerosOfTheSizeAskedForWhenCreated() {
    try (SharedMemory memory = SharedMemory.create(1000)) {
      assertThat(memory.size()).isEqualTo(1000);
      assertThat(memory.segment().byteSize()).isEqualTo(1000);
      assertThat(memory.segment().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
      assertThat(memory.isOwner()).isTrue();
      assertThat(memory.name()).startsWith("treadle-" + ProcessHandle.current().pid() + "-");
      assertThat(memory).hasToString("SharedMemory[" + memory.name() + " size=1000 owner]");
    }
  }

  @Test
  void shouldBeTheSameMemoryWhenOpenedByName() {
    String name = Sent.name();
    try (SharedMemory memory = SharedMemory.create(name, 64);
        SharedMemory opened = SharedMemory.open(name)) {
      opened.longs().set(3, 17);
      assertThat(memory.longs().get(3)).isEqualTo(17);
      assertThat(opened.name()).isEqualTo(name);
      assertThat(opened.size()).isEqualTo(memory.size());
      assertThat(opened.isOwner()).isFalse();
    }
  }

  @Test
  void shouldRefuseWhenTheNameIsTaken() {
    String name = Sent.name();
    try (SharedMemory memory = SharedMemory.create(name, 64)) {
      assertThatThrownBy(() -> SharedMemory.create(memory.name(), 32))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessage(
              "create() of shared memory failed: name=%s size=32 cause=File exists; open() it, or"
                  + " choose another name",
              name)
          .hasCauseInstanceOf(FileAlreadyExistsException.class);
    }
  }

  @Test
  void shouldSayWhatToDoWhenThereIsNone() {
    String name = Sent.name();
    assertThatThrownBy(() -> SharedMemory.open(name))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(
            "open() of shared memory failed: name=%s cause=No such file or directory; create it"
                + " first; its owner's close() and unlink() remove the name",
            name)
        .hasCauseInstanceOf(NoSuchFileException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "/a", "..", "a\0b"})
  void shouldRefuseWhatIsNoName(String name) {
    assertThatThrownBy(() -> SharedMemory.create(name, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("not a name for shared things: name=" + name + "; take 1 to ");
    assertThatThrownBy(() -> SharedMemory.open(name)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldRefuseANameThatIsTooLongOrLooksGenerated() {
    assertThatThrownBy(() -> SharedMemory.create("ü".repeat(100), 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SharedMemory.create("treadle-1-1-1-1", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not begin with 'treadle-'");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1})
  void shouldRefuseASizeThatIsNone(long size) {
    assertThatThrownBy(() -> SharedMemory.create(size))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "create() of shared memory without a size: size=%d; ask for a byte or more", size);
  }

  @Test
  void shouldRefuseAllAccessWhenClosed() {
    SharedMemory memory = SharedMemory.create(64);
    MemorySegment segment = memory.segment();
    SharedLongs longs = memory.longs();
    memory.close();
    memory.close();
    assertThatThrownBy(memory::segment)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "segment() of closed shared memory: name=%s; use it before its close()", memory.name());
    assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> longs.get(0)).isInstanceOf(IllegalStateException.class);
    assertThat(catchThrowable(() -> SharedMemory.open(memory.name())))
        .hasCauseInstanceOf(NoSuchFileException.class);
  }

  @Test
  void shouldGoOnWithoutANameWhenUnlinked() {
    String name = Sent.name();
    try (SharedMemory memory = SharedMemory.create(name, 64);
        SharedMemory opened = SharedMemory.open(name)) {
      opened.unlink();
      opened.unlink();
      memory.longs().set(0, 5);
      assertThat(opened.longs().get(0)).isEqualTo(5);
      assertThat(catchThrowable(() -> SharedMemory.open(name)))
          .hasCauseInstanceOf(NoSuchFileException.class);
    }
  }

  @Test
  void shouldLeaveTheNextOfTheNameAloneWhenUnlinkedBefore() {
    String name = Sent.name();
    SharedMemory first = SharedMemory.create(name, 64);
    first.unlink();
    try (SharedMemory second = SharedMemory.create(name, 128)) {
      first.unlink();
      first.close();
      try (SharedMemory opened = SharedMemory.open(name)) {
        assertThat(opened.size()).isEqualTo(second.size());
      }
    }
  }

  @Test
  void shouldStayWhenOneWhoOpenedItCloses() {
    try (SharedMemory memory = SharedMemory.create(64)) {
      SharedMemory.open(memory.name()).close();
      try (SharedMemory again = SharedMemory.open(memory.name())) {
        assertThat(again.size()).isEqualTo(64);
      }
    }
  }

  @Test
  void shouldBeSentByNameAndNotOwnedThere() throws Exception {
    try (SharedMemory memory = SharedMemory.create(64)) {
      SharedMemory copy = Sent.copy(memory);
      copy.longs().set(0, 7);
      assertThat(memory.longs().get(0)).isEqualTo(7);
      assertThat(copy.isOwner()).isFalse();
      copy.close();
      assertThatThrownBy(copy::segment).isInstanceOf(IllegalStateException.class);
      assertThat(Sent.copy(memory).longs().get(0)).isEqualTo(7);
    }
  }

  @Test
  void shouldBeMappedOnceWhenSentOften() throws Exception {
    try (SharedMemory memory = SharedMemory.create(64)) {
      SharedMemory first = Sent.copy(memory);
      SharedMemory second = Sent.copy(memory);
      assertThat(second.segment().address()).isEqualTo(first.segment().address());
    }
  }

  @Test
  void shouldNotBeTakenForAnEarlierOneOfItsNameWhenSent() throws Exception {
    String name = Sent.name();
    SharedMemory early = SharedMemory.create(name, 64);
    SharedMemory copyOfEarly = Sent.copy(early);
    early.close();
    try (SharedMemory late = SharedMemory.create(name, 64)) {
      late.longs().set(0, 9);
      assertThat(Sent.copy(late).longs().get(0)).isEqualTo(9);
      assertThat(copyOfEarly.longs().get(0)).isZero();
    }
  }

  @Test
  void shouldSayThatItIsGoneWhenSentTooLate() throws Exception {
    SharedMemory memory = SharedMemory.create(64);
    memory.close();
    assertThatThrownBy(() -> Sent.copy(memory))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(NoSuchFileException.class);
  }

  @Test
  void shouldBeRefusedWithOneClearErrorElsewhere() {
    assertThat(Os.of("Windows 11")).isEqualTo(Os.OTHER);
    assertThat(Os.of("Mac OS X")).isEqualTo(Os.MAC);
    assertThat(Os.of("Linux")).isEqualTo(Os.LINUX);
    assertThatThrownBy(() -> Os.OTHER.require("SharedMemory"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageStartingWith("SharedMemory needs POSIX: os=")
        .hasMessageEndingWith("; run it on Linux or macOS");
    assertThatThrownBy(() -> Os.MAC.requireSemaphores("a shared lock"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageStartingWith("a shared lock needs semaphores in memory: os=")
        .hasMessageEndingWith("; run it on Linux");
  }
}
