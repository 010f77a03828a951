package dev.treadle;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who waits for whom, as a chain of tasks. */
final class Awaiters {
  /** Read on another thread than the loop's, the links may change meanwhile: the walk must end. */
  private static final int MOST = 64;

  private Awaiters() {}

  /**
   * The task that has awaited the given one for longest, the one that awaits that, and so on; where
   * nobody awaits, the one that hosts its group. Any thread, for a look.
   */
  static List<Task<?>> chain(Task<?> task) {
    List<Task<?>> chain = new ArrayList<>();
    for (Task<?> next = of(task);
        next != null && !chain.contains(next) && chain.size() < MOST;
        next = of(next)) {
      chain.add(next);
    }
    return chain;
  }

  static List<String> describe(List<Task<?>> chain) {
    List<String> names = new ArrayList<>();
    for (Task<?> task : chain) {
      names.add(task.describe());
    }
    return names;
  }

  private static @Nullable Task<?> of(Task<?> task) {
    Task<?> awaiter = task.firstAwaiter();
    return awaiter != null ? awaiter : task.group().host();
  }
}
