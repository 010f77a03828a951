package dev.treadle;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A binary heap whose entries know their place, so that cancelling one is O(log n) and leaves
 * nothing behind. Our own, not Netty's {@code schedule}: that makes a promise and a queue node for
 * each timer, three times the memory of a million sleeping tasks.
 *
 * <p>A new timer is only appended; it is sorted in when somebody asks for the first. One cancelled
 * before that, as most timeouts of short work are, costs next to nothing. And a task that is about
 * to sleep has no sorting inlined into the frame it keeps while it sleeps.
 */
final class TimerHeap {
  private @Nullable Timer[] heap = new @Nullable Timer[64];
  private int size;

  /** How many from the start form the heap; the rest are new. */
  private int sorted;

  private int orders;

  int size() {
    return size;
  }

  @Nullable Timer peek() {
    sort();
    return heap[0];
  }

  /** Whether one with that deadline or an earlier one has yet to fire. */
  boolean isAnyDueBy(long deadline) {
    Timer first = peek();
    return first != null && first.deadline - deadline <= 0;
  }

  void add(Timer timer, long deadline) {
    timer.deadline = deadline;
    timer.order = orders++;
    if (size == heap.length) {
      grow();
    }
    timer.index = size;
    heap[size++] = timer;
  }

  private void grow() {
    heap = Arrays.copyOf(heap, size + (size >> 1));
  }

  /** Takes the timer out; does nothing when it has fired or was removed. */
  void remove(Timer timer) {
    if (timer.index < 0) {
      return;
    }
    if (timer.index < sorted) {
      sort();
    }
    int hole = timer.index;
    timer.index = -1;
    Timer last = at(--size);
    heap[size] = null;
    if (hole >= sorted) {
      if (hole < size) {
        heap[hole] = last;
        last.index = hole;
      }
      return;
    }
    sorted = size;
    if (hole < size) {
      siftDown(hole, last);
      if (heap[hole] == last) {
        siftUp(hole, last);
      }
    }
  }

  private void sort() {
    for (; sorted < size; sorted++) {
      siftUp(sorted, at(sorted));
    }
  }

  private Timer at(int index) {
    return Objects.requireNonNull(heap[index]);
  }

  private void siftUp(int from, Timer timer) {
    int hole = from;
    while (hole > 0) {
      int parent = (hole - 1) >>> 1;
      Timer above = at(parent);
      if (!timer.isBefore(above)) {
        break;
      }
      heap[hole] = above;
      above.index = hole;
      hole = parent;
    }
    heap[hole] = timer;
    timer.index = hole;
  }

  private void siftDown(int from, Timer timer) {
    int hole = from;
    int half = size >>> 1;
    while (hole < half) {
      int child = (hole << 1) + 1;
      Timer least = at(child);
      if (child + 1 < size && at(child + 1).isBefore(least)) {
        child++;
        least = at(child);
      }
      if (!least.isBefore(timer)) {
        break;
      }
      heap[hole] = least;
      least.index = hole;
      hole = child;
    }
    heap[hole] = timer;
    timer.index = hole;
  }
}
