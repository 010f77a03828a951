package dev.treadle.offload.memory;

import dev.treadle.Hold;
import dev.treadle.Loop;
import dev.treadle.Treadle;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that wait for a permit, in the order in which they asked, and the one thread that waits for
 * all of them. It begins with the first and ends with the last.
 *
 * <p>Not a thread of the loop's pool for each: so many tasks could wait here that the one that
 * holds the permit no longer gets a thread for what it has to do before it gives it back.
 */
final class PermitQueue {
  private final Permits permits;

  /** Guarded by this. */
  private final ArrayDeque<Ticket> tickets = new ArrayDeque<>();

  private @Nullable Thread waiter;

  PermitQueue(Permits permits) {
    this.permits = permits;
  }

  /** A task's place; completed with a permit, with null when its time is over, or cancelled. */
  private static final class Ticket extends CompletableFuture<@Nullable Permit> {
    private final long began = System.nanoTime();
    private final long timeoutNanos;
    private final String what;

    Ticket(long timeoutNanos, String what) {
      this.timeoutNanos = timeoutNanos;
      this.what = what;
    }

    long left() {
      return timeoutNanos - (System.nanoTime() - began);
    }

    @Override
    public String toString() {
      return what;
    }
  }

  /**
   * Suspends the calling task. If it is cancelled it has no permit: one that had just been granted
   * is given back, as only here it is known whether the task got it.
   */
  @Nullable Permit await(long timeoutNanos) {
    Ticket ticket = new Ticket(timeoutNanos, "permit of '" + permits.name() + "'");
    Hold hold = Loop.current().hold("acquire() of '" + permits.name() + "'");
    try {
      enqueue(ticket);
      return Treadle.await(ticket);
    } catch (Throwable left) {
      if (!ticket.cancel(false) && !ticket.isCompletedExceptionally()) {
        Permit granted = ticket.join();
        if (granted != null) {
          granted.close();
        }
      }
      throw left;
    } finally {
      hold.close();
    }
  }

  private synchronized void enqueue(Ticket ticket) {
    permits.enter("acquire");
    tickets.add(ticket);
    if (waiter == null) {
      waiter = new Thread(this::serve, "treadle-permits-" + permits.name());
      waiter.setDaemon(true);
      waiter.start();
    } else {
      // It has entered already.
      permits.exit();
    }
  }

  private void serve() {
    try {
      for (Ticket first = next(); first != null; first = next()) {
        Permit permit = permits.take(Permits.POLL_NANOS);
        if (permit == null) {
          permits.pause(shortest());
        } else if (!first.complete(permit)) {
          // It was cancelled meanwhile, or its time is over.
          permit.close();
        }
      }
    } catch (Throwable failure) {
      fail(failure);
    } finally {
      permits.exit();
    }
  }

  /** The first that still waits; null, with the thread signed off, if there is none. */
  private synchronized @Nullable Ticket next() {
    tickets.removeIf(ticket -> ticket.isDone() || ticket.left() <= 0 && ticket.complete(null));
    Ticket first = tickets.peek();
    if (first == null) {
      waiter = null;
    }
    return first;
  }

  private synchronized long shortest() {
    long shortest = Permits.POLL_NANOS;
    for (Ticket ticket : tickets) {
      shortest = Math.min(shortest, Math.max(0, ticket.left()));
    }
    return shortest;
  }

  private synchronized void fail(Throwable failure) {
    for (Ticket ticket : tickets) {
      // Each its own: where it was awaited from is added to it.
      ticket.completeExceptionally(permits.isClosed() ? permits.closed("acquire") : failure);
    }
    tickets.clear();
    waiter = null;
  }
}
