package dev.treadle.io;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Does what may block for one pipe, one after the other, on a daemon thread of its own. The thread
 * begins when there is something to do, and ends when there has been nothing for a while.
 *
 * <p>Not the loop's pool: a pipe may block for as long as its other end likes, and must not take
 * the place of what the pool's limit is for, nor hold up the loop's end. Any thread.
 */
final class BlockingLane implements Runnable {
  private static final long LINGER_SECONDS = 2;
  private static final Runnable END = () -> {};

  private final String name;

  /** To be added to without a lock: by the loop's thread. */
  private final BlockingQueue<Runnable> work = new LinkedTransferQueue<>();

  /** Whether there is a thread that looks at the work added now. */
  private final AtomicBoolean running = new AtomicBoolean();

  /**
   * A lane without a thread.
   *
   * @param name of its thread, when it has one
   */
  BlockingLane(String name) {
    this.name = name;
  }

  /** Runs the operation, which must not throw, after those before. */
  void execute(Runnable operation) {
    work.add(operation);
    startIfNone();
  }

  /** Lets the thread, if there is one, end after what there is to do. */
  void end() {
    if (running.get()) {
      work.add(END);
    }
  }

  private void startIfNone() {
    if (running.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name(name).start(this);
    }
  }

  @Override
  public void run() {
    try {
      for (Runnable next = next(); next != null && next != END; next = next()) {
        next.run();
      }
    } catch (InterruptedException asked) {
      // By whoever has got hold of the thread: what is still to do gets another.
    }
    running.set(false);
    // Who added something until now has seen that there is a thread.
    if (!work.isEmpty()) {
      startIfNone();
    }
  }

  private @Nullable Runnable next() throws InterruptedException {
    return work.poll(LINGER_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public String toString() {
    return "BlockingLane[" + name + "]";
  }
}
