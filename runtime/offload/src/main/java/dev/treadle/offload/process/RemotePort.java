package dev.treadle.offload.process;

import dev.treadle.offload.internal.Frames;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A port in another process than its home. Puts go out at once as long as the home has promised
 * room for them; takes are asked for one by one, except by an end of a pipe, which nobody else
 * takes from, and which is sent some ahead. Any thread.
 */
final class RemotePort implements Port, Inbox.Receiver {
  private final String name;
  private final byte[] hello;

  /** How many items may come that nobody waits for. */
  private final int window;

  private final Consumer<RemotePort> onLost;
  private final Outbox outbox = new Outbox(() -> ClientThread.whenWritable(this));
  private final Inbox inbox = new Inbox(this);
  private final ArrayDeque<Put> putters = new ArrayDeque<>();
  private final ArrayDeque<Offer> offers = new ArrayDeque<>();
  private final ArrayDeque<Waiter<Delivery>> takers = new ArrayDeque<>();
  private final ArrayDeque<Waiter<Delivery>> polls = new ArrayDeque<>();
  private final ArrayDeque<Waiter<Boolean>> watchers = new ArrayDeque<>();
  private final ArrayDeque<Waiter<Boolean>> closers = new ArrayDeque<>();
  private final ArrayDeque<Delivery> ahead = new ArrayDeque<>();
  private State state = State.OPEN;
  private State ending = State.OPEN;
  private int credits;
  private int lastGrant;
  private boolean wanting;
  private boolean ended;

  /** Taken out of what was sent ahead, and not asked for again yet. */
  private int taken;

  private volatile @Nullable SelectionKey key;
  private @Nullable String refusal;

  /** An item, and who waits for it to be put. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Put(byte[] item, Waiter<State> waiter) {}

  /** The same for who does not wait for room, but for the home's answer. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Offer(byte[] item, Waiter<@Nullable State> waiter) {}

  /**
   * Not connected yet.
   *
   * @param onLost called when it is of no use any more
   */
  RemotePort(Handle handle, Consumer<RemotePort> onLost) {
    this.name = handle.name();
    this.hello = handle.hello();
    this.window = handle.window();
    this.onLost = onLost;
    if (window > 0) {
      outbox.add(Kinds.frame(Kinds.TAKE, window));
    }
  }

  @Override
  public @Nullable CompletableFuture<State> put(byte[] item) {
    CompletableFuture<State> waiting = begin(item);
    outbox.flush();
    return waiting;
  }

  private synchronized @Nullable CompletableFuture<State> begin(byte[] item) {
    if (state != State.OPEN) {
      return CompletableFuture.completedFuture(state);
    }
    if (credits > 0 && putters.isEmpty()) {
      send(item);
      if (lastGrant > 1 && credits <= lastGrant / 2) {
        // In time. Where there is little room, none is asked for without need.
        want();
      }
      return null;
    }
    Waiter<State> waiter = new Waiter<>("put of " + name, this::forget);
    putters.add(new Put(item, waiter));
    want();
    return waiter;
  }

  private void send(byte[] item) {
    credits--;
    outbox.add(Kinds.frame(Kinds.PUT, 0, item));
  }

  private void want() {
    if (!wanting) {
      wanting = true;
      outbox.add(Kinds.frame(Kinds.WANT, 0));
    }
  }

  @Override
  public CompletableFuture<@Nullable State> offer(byte[] item) {
    Waiter<@Nullable State> waiter = new Waiter<>("offer of " + name, this::forget);
    synchronized (this) {
      if (state != State.OPEN) {
        waiter.complete(state);
      } else if (credits > 0 && putters.isEmpty()) {
        send(item);
        waiter.complete(State.OPEN);
      } else {
        offers.add(new Offer(item, waiter));
        outbox.add(Kinds.frame(Kinds.WANT_NOW, 0));
      }
    }
    outbox.flush();
    return waiter;
  }

  @Override
  public CompletableFuture<Delivery> take() {
    Waiter<Delivery> waiter = new Waiter<>("take of " + name, this::untake);
    synchronized (this) {
      Delivery next = nextAhead();
      if (next != null) {
        waiter.complete(next);
      } else {
        takers.add(waiter);
        if (window == 0) {
          outbox.add(Kinds.frame(Kinds.TAKE, 1));
        }
      }
    }
    outbox.flush();
    return waiter;
  }

  @Override
  public CompletableFuture<Delivery> poll() {
    Waiter<Delivery> waiter = new Waiter<>("poll of " + name, this::forget);
    synchronized (this) {
      Delivery next = nextAhead();
      if (next != null || window > 0) {
        waiter.complete(next == null ? Delivery.NOTHING : next);
      } else {
        polls.add(waiter);
        outbox.add(Kinds.frame(Kinds.TAKE_NOW, 0));
      }
    }
    outbox.flush();
    return waiter;
  }

  private @Nullable Delivery nextAhead() {
    Delivery next = ahead.poll();
    if (next == null) {
      return ended ? Delivery.END : null;
    }
    askAhead();
    return next;
  }

  private void askAhead() {
    taken++;
    if (taken > window / 2) {
      outbox.add(Kinds.frame(Kinds.TAKE, taken));
      taken = 0;
    }
  }

  @Override
  public synchronized CompletableFuture<Boolean> readable() {
    Waiter<Boolean> waiter = new Waiter<>("item of " + name, this::forget);
    if (ended || !ahead.isEmpty()) {
      waiter.complete(true);
    } else {
      watchers.add(waiter);
    }
    return waiter;
  }

  @Override
  public void received(Delivery delivery) {
    outbox.add(Kinds.frame(Kinds.ACK, delivery.seq()));
    outbox.flush();
  }

  @Override
  public CompletableFuture<Boolean> close() {
    return close(Kinds.CLOSE);
  }

  @Override
  public CompletableFuture<Boolean> closeNow() {
    return close(Kinds.CLOSE_NOW);
  }

  private CompletableFuture<Boolean> close(byte kind) {
    Waiter<Boolean> waiter = new Waiter<>("close of " + name, this::forget);
    synchronized (this) {
      if (state == State.LOST || state == State.ABANDONED || ended) {
        waiter.complete(true);
      } else {
        closers.add(waiter);
        outbox.add(Kinds.frame(kind, 0));
      }
    }
    outbox.flush();
    return waiter;
  }

  @Override
  public void leave() {
    synchronized (this) {
      refuse(State.CLOSED);
      ending = State.CLOSED;
      ahead.clear();
      end();
      outbox.add(Kinds.frame(Kinds.LEAVE, 0));
    }
    outbox.flush();
  }

  @Override
  public synchronized State state() {
    return state;
  }

  @Override
  public synchronized State ending() {
    return ending;
  }

  @Override
  public synchronized String detail() {
    return refusal == null ? "" : ": " + refusal;
  }

  Outbox outbox() {
    return outbox;
  }

  @Nullable SelectionKey key() {
    return key;
  }

  /** On the client's thread. */
  void connected(SocketChannel channel, SelectionKey registered) {
    key = registered;
    outbox.connected(channel, hello);
  }

  /** On the client's thread; false at the end. */
  boolean read(SocketChannel channel) throws IOException {
    return inbox.read(channel);
  }

  /** On the client's thread: nothing more comes; at its proper end that changes nothing. */
  synchronized void lost(@Nullable Exception failure) {
    outbox.broken();
    onLost.accept(this);
    if (!ended) {
      ending = State.LOST;
    }
    if (state == State.OPEN) {
      refuse(State.LOST);
    }
    if (failure != null && refusal == null) {
      refusal = failure.toString();
    }
    end();
    closers.forEach(closer -> closer.complete(true));
    closers.clear();
  }

  @Override
  public void receive(byte kind, long seq, byte[] item) {
    synchronized (this) {
      switch (kind) {
        case Kinds.GRANT -> granted((int) seq);
        case Kinds.GRANT_NOW -> grantedNow();
        case Kinds.NO_ROOM -> answer(offers.poll(), null);
        case Kinds.RECALL -> giveCreditsBack();
        case Kinds.ITEM -> arrived(new Delivery(seq, item));
        case Kinds.ITEM_NOW -> polled(new Delivery(seq, item));
        case Kinds.NOTHING -> complete(polls.poll(), Delivery.NOTHING);
        case Kinds.CLOSED -> closed(State.values()[(int) seq]);
        case Kinds.END -> {
          ending = ending == State.OPEN ? State.CLOSED : ending;
          end();
        }
        case Kinds.REFUSED -> {
          refusal =
              new String(item, Frames.HEADER, item.length - Frames.HEADER, StandardCharsets.UTF_8);
        }
        default -> throw new IllegalStateException("no such frame from a home: kind=" + kind);
      }
    }
    outbox.flush();
  }

  private void granted(int count) {
    wanting = false;
    credits += count;
    lastGrant = count;
    if (state != State.OPEN) {
      giveCreditsBack();
      return;
    }
    while (credits > 0 && !putters.isEmpty()) {
      Put put = putters.remove();
      if (put.waiter.complete(State.OPEN)) {
        send(put.item);
      }
    }
    if (!putters.isEmpty()) {
      want();
    }
  }

  private void grantedNow() {
    Offer offer = offers.poll();
    if (offer != null && offer.waiter.complete(State.OPEN)) {
      outbox.add(Kinds.frame(Kinds.PUT, 0, offer.item));
    } else {
      outbox.add(Kinds.frame(Kinds.BACK, 1));
    }
  }

  private void giveCreditsBack() {
    outbox.add(Kinds.frame(Kinds.BACK, credits));
    credits = 0;
  }

  private void arrived(Delivery delivery) {
    for (Waiter<Delivery> taker = takers.poll(); taker != null; taker = takers.poll()) {
      if (taker.complete(delivery)) {
        if (window > 0) {
          askAhead();
        }
        return;
      }
    }
    for (Waiter<Delivery> poll : polls) {
      // It was asked for by a take that gave up; what the poll gets itself goes back then.
      if (poll.complete(delivery)) {
        return;
      }
    }
    if (window > 0 && !ended) {
      ahead.add(delivery);
      tellWatchers();
    } else {
      outbox.add(Kinds.frame(Kinds.RETURN, delivery.seq()));
    }
  }

  private void polled(Delivery delivery) {
    if (!complete(polls.poll(), delivery)) {
      outbox.add(Kinds.frame(Kinds.RETURN, delivery.seq()));
    }
  }

  private void closed(State why) {
    if (state == State.OPEN || why == State.LOST || why == State.ABANDONED) {
      refuse(why);
    }
    if (why == State.LOST) {
      ending = why;
    }
    giveCreditsBack();
    closers.forEach(closer -> closer.complete(true));
    closers.clear();
  }

  private void refuse(State why) {
    state = why;
    for (Put put = putters.poll(); put != null; put = putters.poll()) {
      put.waiter.complete(why);
    }
    offers.forEach(offer -> answer(offer, why));
    offers.clear();
  }

  private void end() {
    ended = true;
    takers.forEach(taker -> taker.complete(Delivery.END));
    takers.clear();
    polls.forEach(poll -> poll.complete(Delivery.END));
    polls.clear();
    tellWatchers();
  }

  private void tellWatchers() {
    watchers.forEach(watcher -> watcher.complete(true));
    watchers.clear();
  }

  private static void answer(@Nullable Offer offer, @Nullable State state) {
    if (offer != null) {
      offer.waiter.complete(state);
    }
  }

  private static boolean complete(@Nullable Waiter<Delivery> poll, Delivery delivery) {
    return poll != null && poll.complete(delivery);
  }

  private void untake() {
    synchronized (this) {
      if (takers.removeIf(CompletableFuture::isDone) && window == 0) {
        outbox.add(Kinds.frame(Kinds.UNTAKE, 0));
      }
    }
    outbox.flush();
  }

  /** Of who has given up; polls and offers stay, as an answer comes for each. */
  private synchronized void forget() {
    putters.removeIf(put -> put.waiter.isDone());
    watchers.removeIf(CompletableFuture::isDone);
    closers.removeIf(CompletableFuture::isDone);
  }

  @Override
  public synchronized String toString() {
    return "remote"
        + (state == State.OPEN ? "" : " " + state)
        + " credits="
        + credits
        + " putters="
        + putters.size()
        + " takers="
        + takers.size();
  }
}
