package dev.treadle.queue;

import java.util.AbstractQueue;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** A heap that gives equal items in the order in which they came, as the JDK's does not. */
final class StablePriorityQueue<E> extends AbstractQueue<E> {
  private final PriorityQueue<Entry<E>> heap;
  private long offered;

  StablePriorityQueue(Comparator<? super E> comparator) {
    Objects.requireNonNull(comparator, "comparator");
    this.heap =
        new PriorityQueue<>(
            (a, b) -> {
              int order = comparator.compare(a.item, b.item);
              return order != 0 ? order : Long.compare(a.number, b.number);
            });
  }

  @Override
  public boolean offer(E item) {
    return heap.offer(new Entry<>(item, offered++));
  }

  @Override
  public @Nullable E poll() {
    Entry<E> first = heap.poll();
    return first == null ? null : first.item;
  }

  @Override
  public @Nullable E peek() {
    Entry<E> first = heap.peek();
    return first == null ? null : first.item;
  }

  @Override
  public int size() {
    return heap.size();
  }

  /** In no order, as the JDK's. */
  @Override
  public Iterator<E> iterator() {
    return heap.stream().map(Entry::item).iterator();
  }

  private record Entry<E>(E item, long number) {}
}
