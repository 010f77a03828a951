package dev.treadle.offload.process;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Items in their home process, in order, and who waits to put and to take them: tasks and threads
 * of this process, and {@link Attachment}s for other processes. Room can be promised to another
 * process ahead, so that a put there need not ask; it counts as taken, and is called back when
 * others wait for it. Any thread; the lock is held for moments only, and by this process alone.
 */
final class Mailbox {
  /** The most that is promised at once. */
  private static final int MOST_GRANTED = 256;

  /** One of so many parts of the room is promised, so that others find some. */
  private static final int GRANTED_PART = 8;

  /** Who waits for an item; false when it does not any more. */
  interface Taker {
    boolean give(byte[] item);

    void end(Delivery end);
  }

  /** Who waits for room. */
  interface Putter {
    /** It may put: takes the room that it needs. */
    void admit();

    void refuse(State why);
  }

  private final String name;
  private final int capacity;
  private final Runnable onDrained;
  private final ArrayDeque<byte[]> items = new ArrayDeque<>();
  private final ArrayDeque<Taker> takers = new ArrayDeque<>();
  private final ArrayDeque<Putter> putters = new ArrayDeque<>();
  private final List<Attachment> attachments = new ArrayList<>();
  private final ArrayDeque<CompletableFuture<Boolean>> watchers = new ArrayDeque<>();
  private State state = State.OPEN;

  /** Room promised to attachments and not used. */
  private int promised;

  /** Items given to somebody who has not acknowledged them. */
  private int unacknowledged;

  private boolean drained;
  private boolean serving;

  /**
   * An empty one.
   *
   * @param name for messages and dumps
   * @param onDrained called once, when nothing more can go in or come out
   */
  Mailbox(String name, int capacity, Runnable onDrained) {
    this.name = name;
    this.capacity = capacity;
    this.onDrained = onDrained;
  }

  synchronized @Nullable CompletableFuture<State> put(byte[] item) {
    if (state != State.OPEN) {
      return CompletableFuture.completedFuture(state);
    }
    if (putters.isEmpty() && room() > 0) {
      items.add(item);
      serve();
      return null;
    }
    LocalPutter putter = new LocalPutter(item);
    putters.add(putter);
    serve();
    return putter.future;
  }

  /** Null if there is no room. */
  synchronized @Nullable State offer(byte[] item) {
    if (state != State.OPEN) {
      return state;
    }
    if (!putters.isEmpty() || room() <= 0) {
      recall();
      return null;
    }
    items.add(item);
    serve();
    return State.OPEN;
  }

  synchronized CompletableFuture<Delivery> take() {
    Delivery delivery = poll();
    if (delivery != Delivery.NOTHING) {
      return CompletableFuture.completedFuture(delivery);
    }
    LocalTaker taker = new LocalTaker();
    takers.add(taker);
    return taker.future;
  }

  synchronized Delivery poll() {
    if (drained) {
      return Delivery.END;
    }
    byte[] item = items.poll();
    if (item == null) {
      return Delivery.NOTHING;
    }
    unacknowledged++;
    serve();
    return new Delivery(0, item);
  }

  synchronized CompletableFuture<Boolean> readable() {
    if (!items.isEmpty() || drained) {
      return CompletableFuture.completedFuture(true);
    }
    Waiter<Boolean> watcher = new Waiter<>("item of " + name, this::forgetWatchers);
    watchers.add(watcher);
    return watcher;
  }

  /** What {@link #take} or {@link #poll} gave has been received. */
  synchronized void received() {
    unacknowledged--;
    serve();
  }

  /** Lets nothing more in. */
  synchronized void close() {
    end(State.CLOSED);
  }

  /** Lets nothing more in, and drops what is there. */
  synchronized void abandon(State why) {
    items.clear();
    end(why);
    serve();
  }

  synchronized State state() {
    return state;
  }

  synchronized boolean isDrained() {
    return drained;
  }

  @Override
  public synchronized String toString() {
    return items.size()
        + (capacity == Integer.MAX_VALUE ? "" : "/" + capacity)
        + (state == State.OPEN ? "" : " " + state.name().toLowerCase(Locale.ROOT))
        + " putters="
        + putters.size()
        + " takers="
        + takers.size();
  }

  // What follows is for attachments, which hold the lock.

  void attach(Attachment attachment) {
    attachments.add(attachment);
  }

  void detach(Attachment attachment, int promisedToIt, List<byte[]> unacknowledgedByIt) {
    attachments.remove(attachment);
    takers.removeIf(taker -> taker == attachment);
    putters.removeIf(putter -> putter == attachment);
    promised -= promisedToIt;
    for (byte[] item : unacknowledgedByIt.reversed()) {
      giveBack(item);
    }
    serve();
  }

  /** Makes room for a remote put, of what there is. */
  int promise() {
    int granted = Math.max(1, Math.min(MOST_GRANTED, room() / GRANTED_PART));
    promised += granted;
    return granted;
  }

  void promiseOne() {
    promised++;
  }

  void unpromise(int count) {
    promised -= count;
    serve();
  }

  /** An item comes for which room was promised. */
  void arrive(byte[] item) {
    promised--;
    if (state == State.OPEN || state == State.CLOSED) {
      items.add(item);
    }
    serve();
  }

  void giveBack(byte[] item) {
    unacknowledged--;
    if (state == State.OPEN || state == State.CLOSED) {
      items.addFirst(item);
    }
  }

  boolean hasRoomNow() {
    return state == State.OPEN && putters.isEmpty() && room() > 0;
  }

  void await(Taker taker) {
    takers.add(taker);
    serve();
  }

  void await(Putter putter) {
    if (state == State.OPEN) {
      putters.add(putter);
      serve();
    } else {
      putter.refuse(state);
    }
  }

  boolean forget(Taker taker) {
    return takers.removeLastOccurrence(taker);
  }

  /** Does whatever can be done now. */
  void serve() {
    if (serving) {
      // From within: the loop below sees it.
      return;
    }
    serving = true;
    try {
      boolean again = true;
      while (again) {
        handOut();
        Putter putter = room() > 0 ? putters.poll() : null;
        again = putter != null;
        if (putter != null) {
          putter.admit();
        }
      }
    } finally {
      serving = false;
    }
    if (!putters.isEmpty()) {
      recall();
    }
    if (!items.isEmpty()) {
      tellWatchers();
    }
    if (state != State.OPEN && isEmpty() && !drained) {
      drain();
    }
  }

  private boolean isEmpty() {
    boolean dead = state == State.ABANDONED || state == State.LOST;
    return items.isEmpty() && (dead || promised == 0 && unacknowledged == 0);
  }

  private void handOut() {
    while (!items.isEmpty() && !takers.isEmpty()) {
      Taker taker = takers.remove();
      byte[] item = items.remove();
      unacknowledged++;
      if (!taker.give(item)) {
        unacknowledged--;
        items.addFirst(item);
      }
    }
  }

  private void drain() {
    drained = true;
    for (Taker taker = takers.poll(); taker != null; taker = takers.poll()) {
      taker.end(Delivery.END);
    }
    tellWatchers();
    List.copyOf(attachments).forEach(Attachment::ended);
    onDrained.run();
  }

  private void end(State why) {
    if (state == State.OPEN || state == State.CLOSED && why != State.CLOSED) {
      state = why;
      for (Putter putter = putters.poll(); putter != null; putter = putters.poll()) {
        putter.refuse(why);
      }
      List.copyOf(attachments).forEach(attachment -> attachment.closed(why));
    }
    serve();
  }

  private void recall() {
    if (promised > 0) {
      attachments.forEach(Attachment::recall);
    }
  }

  private void tellWatchers() {
    for (CompletableFuture<Boolean> each = watchers.poll(); each != null; each = watchers.poll()) {
      each.complete(true);
    }
  }

  private synchronized void forgetWatchers() {
    watchers.removeIf(CompletableFuture::isDone);
  }

  private int room() {
    return capacity - items.size() - promised;
  }

  private final class LocalTaker implements Taker {
    final Waiter<Delivery> future = new Waiter<>("take of " + name, this::forget);

    @Override
    public boolean give(byte[] item) {
      return future.complete(new Delivery(0, item));
    }

    @Override
    public void end(Delivery end) {
      future.complete(end);
    }

    private void forget() {
      synchronized (Mailbox.this) {
        takers.remove(this);
      }
    }
  }

  private final class LocalPutter implements Putter {
    final Waiter<State> future = new Waiter<>("put of " + name, this::forget);
    private final byte[] item;

    LocalPutter(byte[] item) {
      this.item = item;
    }

    @Override
    public void admit() {
      if (future.complete(State.OPEN)) {
        items.add(item);
      }
    }

    @Override
    public void refuse(State why) {
      future.complete(why);
    }

    private void forget() {
      synchronized (Mailbox.this) {
        putters.remove(this);
      }
    }
  }
}
