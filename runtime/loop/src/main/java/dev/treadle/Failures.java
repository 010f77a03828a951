package dev.treadle;

import java.lang.invoke.VarHandle;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The failed tasks whose outcome nobody has asked for yet. Each is reported once: when the task can
 * no longer be reached, so that nobody can ask any more, or at the latest when the loop closes.
 */
final class Failures {
  private static final System.Logger LOG = System.getLogger("dev.treadle.Loop");

  private final Map<Long, Unobserved> unobserved = new ConcurrentHashMap<>();
  private final ReferenceQueue<Task<?>> dropped = new ReferenceQueue<>();
  private volatile FailureHandler handler =
      (source, failure) ->
          LOG.log(System.Logger.Level.ERROR, "a failure nobody handled: source=" + source, failure);

  void setHandler(FailureHandler handler) {
    this.handler = handler;
  }

  FailureHandler handler() {
    return handler;
  }

  /** A task of the root group has failed. */
  void add(Task<?> task, Throwable failure) {
    reportDropped();
    if (!task.wasObserved()) {
      Origins.explain(failure, task, task.describe());
      Unobserved entry = new Unobserved(task, failure, dropped);
      unobserved.put(entry.id, entry);
      // Against observed() on another thread just now.
      VarHandle.fullFence();
      if (task.wasObserved()) {
        unobserved.remove(entry.id);
      }
    }
  }

  /** Somebody asked for the outcome. Any thread. */
  void observed(Task<?> task) {
    unobserved.remove(task.id());
  }

  /** Reports the failed tasks that have become garbage. */
  void reportDropped() {
    for (Reference<?> entry = dropped.poll(); entry != null; entry = dropped.poll()) {
      Unobserved failed = (Unobserved) entry;
      if (unobserved.remove(failed.id) != null) {
        report(failed.source, failed.failure);
      }
    }
  }

  /** Reports all that is left, oldest task first. */
  void reportAll() {
    new TreeMap<>(unobserved)
        .values()
        .forEach(
            failed -> {
              if (unobserved.remove(failed.id) != null) {
                report(failed.source, failed.failure);
              }
            });
  }

  /**
   * Reports what went wrong on the way out of a cancelled stretch, in the {@code close} of a
   * try-with-resources: the {@link Cancelled} that carries it ends here.
   */
  void reportCleanUp(Task<?> task, Throwable cancelled) {
    for (Throwable failure : cancelled.getSuppressed()) {
      // A clean-up that the cancellation itself cut short has not failed.
      if (!(failure instanceof AwaitedFrom || failure instanceof Cancelled)) {
        report("clean-up of " + task.describe(), failure);
      }
    }
  }

  void report(String source, Throwable failure) {
    try {
      handler.handle(source, failure);
    } catch (Throwable broken) {
      broken.addSuppressed(failure);
      LOG.log(System.Logger.Level.ERROR, "a failure handler failed: source=" + source, broken);
    }
  }

  private static final class Unobserved extends PhantomReference<Task<?>> {
    private final long id;
    private final String source;
    private final Throwable failure;

    Unobserved(Task<?> task, Throwable failure, ReferenceQueue<Task<?>> queue) {
      super(task, queue);
      this.id = task.id();
      this.source = task.describe();
      this.failure = failure;
    }
  }
}
