package dev.treadle;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes elements from a source and starts a task for each, so many at a time. What {@link
 * Concurrently} does; used once.
 */
final class FanOut<T extends @Nullable Object, R extends @Nullable Object> {
  private final int limit;
  private final Iterable<? extends T> source;
  private final boolean ordered;
  private final Handler<? super T, ? extends R> handler;

  /** What stands for the value of a task that was cancelled by itself; null where all fail. */
  private final @Nullable Function<Task<?>, R> cancelled;

  /** Values there or, when ordered, to come; in the order in which they are to be given. */
  private final Queue<Slot<R>> slots = new ArrayDeque<>();

  /** The one who steps the source, when as many as the limit are under way. */
  private final WaitQueue<Boolean> full = new WaitQueue<>();

  /** The one who takes the values of a stream. */
  private final WaitQueue<Boolean> empty = new WaitQueue<>();

  private @Nullable Iterator<? extends T> elements;
  private boolean keeps;
  private boolean streams;

  /** How many were taken and have not ended or, of a stream, have not been given to its body. */
  private int outstanding;

  /** Whether nothing more will be started. */
  private boolean exhausted;

  FanOut(
      int limit,
      Iterable<? extends T> source,
      boolean ordered,
      Handler<? super T, ? extends R> handler,
      @Nullable Function<Task<?>, R> cancelled) {
    this.limit = limit;
    this.source = source;
    this.ordered = ordered;
    this.handler = handler;
    this.cancelled = cancelled;
  }

  void forEach() {
    run("forEach");
  }

  List<R> map() {
    keeps = true;
    run("map");
    List<R> values = new ArrayList<>(slots.size());
    for (Slot<R> slot : slots) {
      values.add(slot.value());
    }
    return values;
  }

  private void run(String name) {
    try (Closing _ = this::closeSource) {
      TaskGroup.<@Nullable Void>open(
          name,
          group -> {
            takeAll(group);
            return null;
          });
    }
  }

  <V extends @Nullable Object> V stream(Handler<? super Iterable<R>, ? extends V> body) {
    keeps = true;
    streams = true;
    try (Closing _ = this::closeSource) {
      return TaskGroup.<V>open(
          "stream",
          group -> {
            group.spawn("source", () -> takeAll(group));
            V value = body.handle(new Values());
            end();
            group.cancel();
            return value;
          });
    } finally {
      end();
    }
  }

  /** Steps the source to its end. */
  private void takeAll(TaskGroup group) {
    Iterator<? extends T> iterator = source.iterator();
    elements = iterator;
    while (true) {
      while (outstanding >= limit) {
        full.park("wait for a task to end, of", this, null);
      }
      if (!iterator.hasNext()) {
        break;
      }
      T element = iterator.next();
      // Of a source that has swallowed it, or was woken first; the group starts nothing any more.
      group.loop.checkCancelled();
      start(group, element);
    }
    exhausted = true;
    empty.wakeAll(true);
  }

  private void start(TaskGroup group, T element) {
    Slot<R> slot = new Slot<>();
    outstanding++;
    if (keeps && ordered) {
      slots.add(slot);
    }
    Task<R> task = group.spawn(() -> handler.handle(element));
    task.whenDone(outcome -> ended(group, task, slot, outcome));
  }

  private void ended(TaskGroup group, Task<R> task, Slot<R> slot, Outcome<R> outcome) {
    if (outcome.isValue()) {
      slot.outcome = outcome;
    } else if (outcome.isCancelled() && !Cancellation.isVisibleTo(group)) {
      if (cancelled == null) {
        group.failed(Collecting.cancelled(task));
      } else {
        slot.outcome = Outcome.value(cancelled.apply(task));
      }
    }
    if (slot.outcome == null) {
      // The group is ending: nobody is to take another element.
      return;
    }
    if (keeps && !ordered) {
      slots.add(slot);
    }
    if (streams) {
      empty.wakeAll(true);
    } else {
      release();
    }
  }

  private void release() {
    outstanding--;
    full.wake(true);
  }

  private void end() {
    exhausted = true;
    outstanding = 0;
    slots.clear();
  }

  private void closeSource() {
    if (elements instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception failure) {
        throw Outcome.unchecked(failure);
      }
    }
  }

  @Override
  public String toString() {
    return outstanding + " under way, limit=" + limit;
  }

  private interface Closing extends AutoCloseable {
    @Override
    void close();
  }

  /** The place of a value that is there or to come. */
  private static final class Slot<R extends @Nullable Object> {
    @Nullable Outcome<R> outcome;

    R value() {
      Outcome<R> there = outcome;
      if (there == null) {
        throw new AssertionError("a group ended without a value; it should have failed");
      }
      return there.value();
    }
  }

  /** The values of a stream, as its body sees them. */
  private final class Values implements Iterable<R>, Iterator<R> {
    @Override
    public Iterator<R> iterator() {
      return this;
    }

    @Override
    public boolean hasNext() {
      Treadle.checkCancelled();
      while (!isThere(slots.peek())) {
        if (exhausted && outstanding == 0) {
          return false;
        }
        empty.park("wait for the next value, of", FanOut.this, null);
      }
      return true;
    }

    private boolean isThere(@Nullable Slot<R> slot) {
      return slot != null && slot.outcome != null;
    }

    @Override
    public R next() {
      Slot<R> slot = hasNext() ? slots.poll() : null;
      if (slot == null) {
        throw new NoSuchElementException("no more values: " + FanOut.this + "; ask hasNext()");
      }
      release();
      return slot.value();
    }
  }
}
