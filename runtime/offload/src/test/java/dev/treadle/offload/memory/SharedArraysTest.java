package dev.treadle.offload.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "POSIX shared memory")
class SharedArraysTest {
  private final SharedMemory memory = SharedMemory.create(36);

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void shouldReadAndWriteInts() {
    SharedInts ints = memory.ints();
    assertThat(ints.length()).isEqualTo(9);
    ints.set(8, 1);
    ints.setVolatile(1, 2);
    ints.setOpaque(2, 3);
    assertThat(ints.get(8)).isEqualTo(1);
    assertThat(ints.getVolatile(1)).isEqualTo(2);
    assertThat(ints.getOpaque(2)).isEqualTo(3);
    assertThat(ints.getAndAdd(2, 10)).isEqualTo(3);
    assertThat(ints.addAndGet(2, -1)).isEqualTo(12);
    assertThat(ints.compareAndSet(2, 3, 4)).isFalse();
    assertThat(ints.compareAndSet(2, 12, 4)).isTrue();
    ints.copyFrom(3, new int[] {5, 6});
    assertThat(ints.toArray()).containsExactly(0, 2, 4, 5, 6, 0, 0, 0, 1);
    assertThat(memory.segment().get(ValueLayout.JAVA_INT, 8)).isEqualTo(4);
  }

  @Test
  void shouldReadAndWriteLongs() {
    SharedLongs longs = memory.longs();
    assertThat(longs.length()).isEqualTo(4);
    longs.set(3, 1L << 40);
    longs.setVolatile(1, 2);
    longs.setOpaque(2, 3);
    assertThat(longs.get(3)).isEqualTo(1L << 40);
    assertThat(longs.getVolatile(1)).isEqualTo(2);
    assertThat(longs.getOpaque(2)).isEqualTo(3);
    assertThat(longs.getAndAdd(2, 10)).isEqualTo(3);
    assertThat(longs.addAndGet(2, -1)).isEqualTo(12);
    assertThat(longs.compareAndSet(2, 3, 4)).isFalse();
    assertThat(longs.compareAndSet(2, 12, 4)).isTrue();
    longs.copyFrom(0, new long[] {5});
    assertThat(longs.toArray()).containsExactly(5, 2, 4, 1L << 40);
  }

  @Test
  void shouldReadAndWriteDoubles() {
    SharedDoubles doubles = memory.doubles();
    assertThat(doubles.length()).isEqualTo(4);
    doubles.set(3, 1.5);
    doubles.setVolatile(1, 2);
    doubles.setOpaque(2, 3);
    assertThat(doubles.get(3)).isEqualTo(1.5);
    assertThat(doubles.getVolatile(1)).isEqualTo(2);
    assertThat(doubles.getOpaque(2)).isEqualTo(3);
    assertThat(doubles.addAndGet(2, 0.5)).isEqualTo(3.5);
    assertThat(doubles.compareAndSet(2, 3, 4)).isFalse();
    assertThat(doubles.compareAndSet(2, 3.5, 4)).isTrue();
    doubles.copyFrom(0, new double[] {5});
    assertThat(doubles.toArray()).containsExactly(5, 2, 4, 1.5);
  }

  @Test
  void shouldCountFromTheBeginningOfASlice() {
    memory.ints().slice(2, 4).set(0, 7);
    memory.longs().slice(2, 4).set(1, 8);
    memory.doubles().slice(2, 3).set(0, 9.5);
    assertThat(memory.ints().get(2)).isEqualTo(7);
    assertThat(memory.longs().get(3)).isEqualTo(8);
    assertThat(memory.doubles().get(2)).isEqualTo(9.5);
    assertThat(memory.ints().slice(2, 4).length()).isEqualTo(2);
  }

  @Test
  void shouldRefuseWhatIsOutside() {
    for (long index : new long[] {-1, 10, Long.MAX_VALUE, 1L << 62}) {
      assertThatThrownBy(() -> memory.ints().get(index))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> memory.longs().getAndAdd(index, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> memory.doubles().setVolatile(index, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> memory.ints().slice(index, index))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThatThrownBy(() -> memory.ints().copyFrom(8, new int[2]))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
