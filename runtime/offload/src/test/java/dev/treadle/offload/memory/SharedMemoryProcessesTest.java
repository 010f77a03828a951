package dev.treadle.offload.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** CPython's {@code _TestSharedMemory}, as far as it is about several processes. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "POSIX shared memory")
class SharedMemoryProcessesTest {
  /** {@code test_shared_memory_across_processes}. */
  @Test
  void shouldBeSeenByAnotherProcess() throws Exception {
    try (SharedMemory memory = SharedMemory.create(64);
        Child child = attached(memory, 5)) {
      assertThat(memory.longs().getVolatile(1)).isEqualTo(6);
      child.type("end");
      child.awaitEnd();
    }
  }

  /** {@code test_shared_memory_untracking}, gh-82300. */
  @Test
  void shouldStayWhenAProcessThatOpenedItEnds() throws Exception {
    try (SharedMemory memory = SharedMemory.create(64)) {
      try (Child child = attached(memory, 1)) {
        child.type("end");
        child.awaitEnd();
      }
      try (Child child = attached(memory, 2)) {
        child.kill();
      }
      SharedMemory.create(1).close();
      try (SharedMemory again = SharedMemory.open(memory.name())) {
        assertThat(again.longs().get(1)).isEqualTo(3);
      }
    }
  }

  private static Child attached(SharedMemory memory, long value) throws Exception {
    memory.longs().setVolatile(0, value);
    Child child = Child.java("attach", memory.name());
    assertThat(child.await("read ")).isEqualTo(Long.toString(value));
    child.await("written");
    return child;
  }

  @Test
  void shouldArriveWhenSentToAnotherProcess() throws Exception {
    try (SharedMemory memory = SharedMemory.create(64);
        Child child = Child.java("receive", Sent.hex(memory))) {
      assertThat(child.await("received ")).isEqualTo("SharedMemory");
      assertThat(child.await("read ")).isEqualTo("0");
      assertThat(memory.longs().getVolatile(0)).isEqualTo(1);
      child.kill();
      SharedMemory.create(1).close();
      SharedMemory.open(memory.name()).close();
    }
  }

  @Test
  void shouldLoseNothingWhenProcessesAddAtOnce() throws Exception {
    int times = 200_000;
    List<Child> children = new ArrayList<>();
    try (SharedMemory memory = SharedMemory.create(64)) {
      for (int i = 0; i < 4; i++) {
        children.add(Child.java("add", memory.name(), Integer.toString(times)));
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
      assertThat(memory.ints().get(2)).isEqualTo(4 * times);
      assertThat(memory.doubles().get(2)).isEqualTo(2.0 * times);
    } finally {
      children.forEach(Child::close);
    }
  }
}
