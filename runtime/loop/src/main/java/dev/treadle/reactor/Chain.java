package dev.treadle.reactor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A queue from one thread, which may be another after each element, to one thread: a chain of
 * arrays. A place is free when it is empty, so that the two sides share no index (FastForward,
 * Giacomoni et al. 2008).
 *
 * <p>Each array is used once: it is young, as its elements are, which spares G1's write barrier its
 * fence. A ring in its place was no slower on a busy machine.
 */
final class Chain<T> {
  private static final VarHandle PLACE = MethodHandles.arrayElementVarHandle(Object[].class);

  /** How many elements an array has room for; one more place is for the next array. */
  private final int room;

  /** Where the next element is put; of the offering side alone. */
  private @Nullable Object[] last;

  private int end;

  /** Where the next element is taken; of the polling side alone. */
  private @Nullable Object[] first;

  private int start;

  Chain(int room) {
    this.room = room;
    this.last = new @Nullable Object[room + 1];
    this.first = last;
  }

  /** Puts an element in as the last. */
  void put(T element) {
    @Nullable Object[] into = last;
    int at = end;
    if (at == room) {
      into = new @Nullable Object[room + 1];
      PLACE.setRelease(last, room, into);
      last = into;
      at = 0;
    }
    end = at + 1;
    PLACE.setRelease(into, at, element);
  }

  /** Whether there is an element to take. */
  boolean hasNext() {
    if (start == room) {
      @Nullable Object[] next = (@Nullable Object[]) PLACE.getAcquire(first, room);
      if (next == null) {
        return false;
      }
      first = next;
      start = 0;
    }
    return PLACE.getAcquire(first, start) != null;
  }

  /** The first element; only after {@link #hasNext} has found it. */
  @SuppressWarnings({"unchecked", "NullAway"}) // As it was put in.
  T take() {
    int at = start++;
    T element = (T) first[at];
    first[at] = null;
    return element;
  }
}
