package dev.treadle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimerHeapTest {
  private static final Comparator<Timer> BY_AGE =
      Comparator.<Timer>comparingLong(timer -> timer.deadline).thenComparing(timer -> timer.order);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldAgreeWithASortedListWhenUsedAtRandom(long seed) {
    Random random = new Random(seed);
    TimerHeap heap = new TimerHeap();
    List<Timer> model = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      int choice = random.nextInt(10);
      // More is added than taken at first, so that the heap grows well past its first size.
      if (choice < (step < 10_000 ? 6 : 3)) {
        Timer timer = new Named();
        heap.add(timer, random.nextInt(50));
        model.add(timer);
      } else if (choice < 8 && !model.isEmpty()) {
        Timer victim = model.remove(random.nextInt(model.size()));
        heap.remove(victim);
        heap.remove(victim);
        assertThat(victim.index).isNegative();
      } else {
        Timer least = model.stream().min(BY_AGE).orElse(null);
        assertThat(heap.peek()).isSameAs(least);
        if (least != null) {
          heap.remove(least);
          model.remove(least);
        }
      }
      assertThat(heap.size()).isEqualTo(model.size());
    }
    assertThat(drain(heap)).isEqualTo(model.stream().sorted(BY_AGE).toList());
  }

  @Test
  void shouldKeepTheOrderOfAgeWhenDeadlinesAreEqual() {
    TimerHeap heap = new TimerHeap();
    List<Timer> added = new ArrayList<>();
    for (int n = 0; n < 1000; n++) {
      Timer timer = new Named();
      heap.add(timer, 7);
      added.add(timer);
    }
    assertThat(drain(heap)).isEqualTo(added);
  }

  @Test
  void shouldOrderByDifferenceWhenTheTickerWrapsAround() {
    TimerHeap heap = new TimerHeap();
    Timer later = new Named();
    Timer sooner = new Named();
    heap.add(later, Long.MIN_VALUE + 5);
    heap.add(sooner, Long.MAX_VALUE - 5);
    assertThat(drain(heap)).containsExactly(sooner, later);
  }

  @Test
  void shouldOrderByDifferenceWhenTheAgeWrapsAround() {
    Timer older = new Named();
    Timer younger = new Named();
    older.order = Integer.MAX_VALUE;
    younger.order = Integer.MIN_VALUE;

    assertThat(older.isBefore(younger)).isTrue();
    assertThat(younger.isBefore(older)).isFalse();
  }

  private static List<Timer> drain(TimerHeap heap) {
    List<Timer> drained = new ArrayList<>();
    for (Timer timer = heap.peek(); timer != null; timer = heap.peek()) {
      heap.remove(timer);
      drained.add(timer);
    }
    return drained;
  }

  private static final class Named extends Timer {
    @Override
    void fire() {
      throw new AssertionError("the heap fires nothing itself");
    }
  }
}
