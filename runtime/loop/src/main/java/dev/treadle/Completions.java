package dev.treadle;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Collection;
import java.util.Iterator;

/**
 * What {@link Treadle#asCompleted} gives. A loop over it may be left at any time, and Java tells
 * nobody: so once this is garbage, the callbacks it left are taken back by the next one made on the
 * same loop. Were they not, a long-lived awaitable would collect one for each such loop.
 */
final class Completions<A extends Awaitable<?>> implements Iterable<A>, Iterator<A> {
  private final Arrivals<A> arrivals;

  Completions(Loop loop, Collection<? extends A> awaitables) {
    loop.requireLoopThread("asCompleted()");
    Abandoned.purge(loop.abandoned);
    arrivals = new Arrivals<>(loop, awaitables);
    arrivals.keptAlive = new Abandoned(this, arrivals, loop.abandoned);
    arrivals.listen();
  }

  /** This: a loop over it goes on where the last one was left. */
  @Override
  public Iterator<A> iterator() {
    return this;
  }

  @Override
  public boolean hasNext() {
    return arrivals.hasNext();
  }

  @Override
  public A next() {
    Task.require("asCompleted()").checkCancelled();
    A next = arrivals.next();
    Reference.reachabilityFence(this);
    return next;
  }

  private static final class Abandoned extends PhantomReference<Completions<?>> {
    private final Arrivals<?> arrivals;

    Abandoned(
        Completions<?> iteration, Arrivals<?> arrivals, ReferenceQueue<Completions<?>> queue) {
      super(iteration, queue);
      this.arrivals = arrivals;
    }

    static void purge(ReferenceQueue<Completions<?>> queue) {
      for (Reference<?> left = queue.poll(); left != null; left = queue.poll()) {
        ((Abandoned) left).arrivals.forget();
      }
    }
  }
}
