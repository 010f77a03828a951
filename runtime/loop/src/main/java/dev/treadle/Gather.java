package dev.treadle;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** All of several bodies at once. */
final class Gather {
  private Gather() {}

  static <T extends @Nullable Object> List<T> values(
      Collection<? extends Callable<? extends T>> bodies) {
    List<Task<? extends T>> tasks = new ArrayList<>(bodies.size());
    TaskGroup.<@Nullable Void>open(
        "gather",
        group -> {
          for (Callable<? extends T> body : bodies) {
            tasks.add(group.spawn(body));
          }
          return null;
        });
    List<T> values = new ArrayList<>(tasks.size());
    for (Task<? extends T> task : tasks) {
      values.add(task.result());
    }
    return values;
  }

  static <T extends @Nullable Object> List<Result<T>> results(
      Collection<? extends Callable<? extends T>> bodies) {
    List<Task<Result<T>>> tasks = new ArrayList<>(bodies.size());
    TaskGroup.<@Nullable Void>open(
        "gatherResults",
        group -> {
          for (Callable<? extends T> body : bodies) {
            tasks.add(group.spawn(Collecting.<T>body(body)));
          }
          return null;
        });
    List<Result<T>> results = new ArrayList<>(tasks.size());
    for (Task<Result<T>> task : tasks) {
      results.add(Collecting.of(task));
    }
    return results;
  }
}
