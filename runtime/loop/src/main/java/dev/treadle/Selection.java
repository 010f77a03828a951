package dev.treadle;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A task's wait for one of several things; Kotlin's {@code select}. What happens first takes the
 * task out of every other place in the same step, so that nothing is handed to a select that has
 * been decided.
 */
final class Selection<T extends @Nullable Object> implements Wait {
  final Task<?> task;
  private final List<Clause<? extends T>> clauses;

  /** The places where the task waits; null where it does not, or does no more. */
  private final @Nullable Wait[] places;

  private @Nullable Callable<? extends T> decided;
  private boolean parked;

  private Selection(Task<?> task, List<Clause<? extends T>> clauses) {
    this.task = task;
    this.clauses = clauses;
    this.places = new @Nullable Wait[clauses.size()];
  }

  static <T extends @Nullable Object> T select(Collection<? extends Clause<? extends T>> clauses) {
    Task<?> task = Task.require("select()");
    task.checkCancelled();
    if (clauses.isEmpty()) {
      throw new IllegalArgumentException("select() of nothing: clauses=[]; give at least one");
    }
    Callable<? extends T> body = new Selection<T>(task, new ArrayList<>(clauses)).decide();
    try {
      return body.call();
    } catch (Exception failure) {
      throw Outcome.unchecked(failure);
    }
  }

  private Callable<? extends T> decide() {
    for (Clause<? extends T> clause : clauses) {
      clause.require(task.loop());
    }
    for (Clause<? extends T> clause : clauses) {
      if (clause.isReady()) {
        return clause.take(task);
      }
    }
    for (int i = 0; decided == null && i < places.length; i++) {
      places[i] = link(clauses.get(i), i);
    }
    Callable<? extends T> body = decided;
    if (body == null) {
      parked = true;
      task.park(this);
      body = decided;
    }
    if (body == null) {
      throw new AssertionError("woken without a decision: select=" + describe());
    }
    return body;
  }

  // Each clause's value is a T: it may be told so.
  @SuppressWarnings("unchecked")
  private @Nullable Wait link(Clause<? extends T> clause, int index) {
    return ((Clause<T>) clause).link(this, index);
  }

  /** One has happened, and has taken its own place away; what it gives is run by the task. */
  void happened(int index, Callable<? extends T> body) {
    if (decided != null) {
      // Of an awaitable that is in two clauses, or was completed by another thread meanwhile.
      return;
    }
    decided = body;
    places[index] = null;
    leaveAll();
    if (parked) {
      parked = false;
      task.wake();
    }
  }

  private void leaveAll() {
    for (int i = 0; i < places.length; i++) {
      Wait place = places[i];
      places[i] = null;
      if (place != null) {
        place.abandon();
      }
    }
  }

  @Override
  public boolean abandon() {
    parked = false;
    leaveAll();
    return true;
  }

  @Override
  public String describe() {
    return clauses.stream()
        .map(Clause::describe)
        .collect(Collectors.joining(", ", "select of [", "]"));
  }
}
