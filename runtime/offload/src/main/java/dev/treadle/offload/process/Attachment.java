package dev.treadle.offload.process;

import java.util.List;
import java.util.TreeMap;

/**
 * Another process's part in a {@link Mailbox}: what room it was promised, and which items it has
 * got and not acknowledged. When it is gone, both go back. Any thread, under the mailbox's lock.
 */
final class Attachment implements Mailbox.Taker, Mailbox.Putter {
  /** Sends a frame to that process; never waits. */
  interface Sender {
    void send(byte[] frame);

    /** The process was told that nothing more can be put. */
    void closed();

    /** The process was told that nothing more will come. */
    void ended();
  }

  private final Mailbox box;
  private final Sender sender;
  private final boolean puts;
  private final boolean takes;
  private final TreeMap<Long, byte[]> unacknowledged = new TreeMap<>();
  private long seq;
  private int promised;
  private boolean recalled;
  private boolean detached;

  /**
   * Not attached yet.
   *
   * @param puts whether it puts
   * @param takes whether it takes; of a queue both
   */
  Attachment(Mailbox box, Sender sender, boolean puts, boolean takes) {
    this.box = box;
    this.sender = sender;
    this.puts = puts;
    this.takes = takes;
  }

  /** Begins; the process is told at once what it has missed. */
  void attach() {
    synchronized (box) {
      box.attach(this);
      if (box.state() != State.OPEN) {
        closed(box.state());
      }
      if (box.isDrained()) {
        ended();
      }
    }
  }

  void want() {
    synchronized (box) {
      if (!detached) {
        box.await((Mailbox.Putter) this);
      }
    }
  }

  void wantNow() {
    synchronized (box) {
      if (box.hasRoomNow()) {
        promised++;
        box.promiseOne();
        sender.send(Kinds.frame(Kinds.GRANT_NOW, 1));
      } else {
        sender.send(Kinds.frame(Kinds.NO_ROOM, 0));
        box.serve();
      }
    }
  }

  void arrive(byte[] item) {
    synchronized (box) {
      if (promised == 0) {
        throw new IllegalStateException("an item came for which there was no room promised");
      }
      promised--;
      box.arrive(item);
    }
  }

  void back(int count) {
    synchronized (box) {
      if (count < 0 || count > promised) {
        throw new IllegalStateException(
            "more room came back than was promised: count=" + count + " promised=" + promised);
      }
      recalled = false;
      promised -= count;
      box.unpromise(count);
    }
  }

  void take(int count) {
    synchronized (box) {
      for (int i = 0; i < count && !detached && !box.isDrained(); i++) {
        box.await((Mailbox.Taker) this);
      }
    }
  }

  void takeNow() {
    synchronized (box) {
      Delivery delivery = box.poll();
      if (delivery.seq() == 0) {
        send(Kinds.ITEM_NOW, delivery.item());
      } else {
        sender.send(Kinds.frame(Kinds.NOTHING, 0));
      }
    }
  }

  void untake() {
    synchronized (box) {
      // If it is not there, the item is under way, and comes back.
      box.forget(this);
    }
  }

  void acknowledged(long which) {
    synchronized (box) {
      if (unacknowledged.remove(which) != null) {
        box.received();
      }
    }
  }

  void returned(long which) {
    synchronized (box) {
      byte[] item = unacknowledged.remove(which);
      if (item != null) {
        box.giveBack(item);
        box.serve();
      }
    }
  }

  void close() {
    box.close();
  }

  void abandon(State why) {
    box.abandon(why);
  }

  /** The process is gone, or has left. */
  void detach() {
    synchronized (box) {
      if (detached) {
        return;
      }
      detached = true;
      int back = promised;
      promised = 0;
      List<byte[]> items = List.copyOf(unacknowledged.values());
      unacknowledged.clear();
      box.detach(this, back, items);
    }
  }

  @Override
  public boolean give(byte[] item) {
    send(Kinds.ITEM, item);
    return true;
  }

  private void send(byte kind, byte[] item) {
    long number = ++seq;
    unacknowledged.put(number, item);
    sender.send(Kinds.frame(kind, number, item));
  }

  @Override
  public void end(Delivery end) {
    // Every attachment is told, by ended().
  }

  @Override
  public void admit() {
    int granted = box.promise();
    promised += granted;
    sender.send(Kinds.frame(Kinds.GRANT, granted));
  }

  @Override
  public void refuse(State why) {
    // Every attachment is told, by closed().
  }

  void recall() {
    if (promised > 0 && !recalled) {
      recalled = true;
      sender.send(Kinds.frame(Kinds.RECALL, 0));
    }
  }

  void closed(State why) {
    if (puts) {
      sender.send(Kinds.frame(Kinds.CLOSED, why.ordinal()));
      sender.closed();
    }
  }

  void ended() {
    if (takes) {
      sender.send(Kinds.frame(Kinds.END, 0));
      sender.ended();
    }
  }
}
