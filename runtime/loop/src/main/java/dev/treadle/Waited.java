package dev.treadle;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * What {@link Treadle#awaitUntil} gives: which are done, however they ended, and which are not;
 * each in the order of the arguments. Immutable.
 *
 * @param done done when the call returned
 * @param pending not done; nothing has been done to them
 * @param <A> the type of the awaitables
 */
public record Waited<A extends Awaitable<?>>(List<A> done, List<A> pending) {
  /** Unmodifiable. */
  public Waited {
    done = List.copyOf(done);
    pending = List.copyOf(pending);
  }

  static <A extends Awaitable<?>> Waited<A> of(Collection<? extends A> awaitables) {
    List<A> done = new ArrayList<>();
    List<A> pending = new ArrayList<>();
    for (A awaitable : new LinkedHashSet<A>(awaitables)) {
      (awaitable.isDone() ? done : pending).add(awaitable);
    }
    return new Waited<>(done, pending);
  }
}
