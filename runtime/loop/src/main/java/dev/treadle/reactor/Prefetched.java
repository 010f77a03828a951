package dev.treadle.reactor;

import org.jspecify.annotations.Nullable;

/**
 * The elements that were emitted and not yet taken. As long as it is the loop's own thread that
 * emits, as it is when a source answers the task's requests, they lie in plain arrays; from the
 * first one of another thread on in a {@link Chain}.
 *
 * <p>It never goes back: so what lies in the arrays is always older than what is in the chain,
 * however the two threads take turns.
 *
 * <p>Each array is used once, for the reason a chain's are. It has two more places than room: one
 * that stays empty, so that who takes need not look where the room ends, and one for the next.
 */
final class Prefetched<T> {
  private final int room;

  /** The loop's thread, until another has emitted; of the emitting side. */
  private @Nullable Thread near;

  /** Where the next element of the loop's thread is put; of the emitting side. */
  private @Nullable Object[] last;

  private int end;

  /** How many elements were put before those in the last array; of the emitting side. */
  private long before;

  /**
   * Up to where the last array may be filled without a look at anything else; of the loop's thread
   * alone.
   */
  private int open;

  /** Null until another thread has emitted. */
  private volatile @Nullable Chain<T> far;

  /** Where the next element is taken; of the loop's thread alone, as all that takes. */
  private @Nullable Object[] first;

  private int start;

  /**
   * Empty.
   *
   * @param near the thread that takes
   * @param room how many elements an array has room for
   */
  Prefetched(Thread near, int room) {
    this.near = near;
    this.room = room;
    this.last = new @Nullable Object[room + 2];
    this.first = last;
  }

  /** Puts the element in as the last, if {@link #open} has said that it may; any thread. */
  boolean offer(T element) {
    if (Thread.currentThread() != near) {
      return false;
    }
    int at = end;
    if (at >= open) {
      return false;
    }
    last[at] = element;
    end = at + 1;
    return true;
  }

  /** Puts the element in as the last. Any thread, one after the other. */
  void put(T element) {
    if (Thread.currentThread() == near) {
      if (end == room) {
        @Nullable Object[] next = new @Nullable Object[room + 2];
        last[room + 1] = next;
        last = next;
        before += room;
        end = 0;
        open = 0;
      }
      last[end++] = element;
      return;
    }
    Chain<T> chain = far;
    if (chain == null) {
      before += end;
      end = 0;
      near = null;
      chain = new Chain<>(room);
      chain.put(element);
      far = chain;
    } else {
      chain.put(element);
    }
    before++;
  }

  /** How many elements were ever put in; of the emitting side. */
  long given() {
    return before + end;
  }

  /** Lets {@link #offer} put in elements until there were so many in all. The loop's thread. */
  void open(long most) {
    if (near != null) {
      open = (int) Math.min(room, most - before);
    }
  }

  /** Lets {@link #offer} put in none. The loop's thread. */
  void shut() {
    open = 0;
  }

  /** Whether there is an element to take. */
  boolean hasNext() {
    return first[start] != null || advance();
  }

  private boolean advance() {
    if (start == room) {
      @Nullable Object[] next = (@Nullable Object[]) first[room + 1];
      if (next != null) {
        first = next;
        start = 0;
        return true;
      }
    }
    Chain<T> chain = far;
    return chain != null && chain.hasNext();
  }

  /** The first element; only after {@link #hasNext} has found it. */
  @SuppressWarnings({"unchecked", "NullAway"}) // As it was put in; in the chain if not here.
  T take() {
    int at = start;
    T element = (T) first[at];
    if (element == null) {
      return far.take();
    }
    first[at] = null;
    start = at + 1;
    return element;
  }
}
