package dev.treadle;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Decides, from a seed, which ready tasks run in a turn and in what order.
 *
 * <p>A quarter of the seeds walk at random: each turn runs a random choice of the ready tasks,
 * shuffled, as trio shuffles its batches (trio #239). The others run one task a turn, by priorities
 * that are drawn once and lost at random steps: the probabilistic concurrency testing of Burckhardt
 * et al. (ASPLOS 2010), which finds far more often what takes one task being overtaken for long.
 *
 * <p>Callbacks run in the turn they are due in and in their order; only their place among the tasks
 * is drawn. A ready task is held back for fewer than {@link #FAIR_TURN} turns, so that waiting for
 * another one by yielding ends.
 */
final class Chaos {
  /** In one turn of so many all that is ready runs. */
  static final int FAIR_TURN = 64;

  private static final int MOST_LOWERED = 1000;

  private final SplittableRandom random;
  private final long salt;
  private final boolean byPriority;

  /** Of four ready tasks so many are held back, on average. */
  private final int heldOfFour;

  /** One step in so many costs the task whose turn it is its priority, on average. */
  private final int changeEvery;

  /** Tasks that have lost theirs, by number. */
  private final Map<Long, Long> lowered = new HashMap<>();

  private int turns;

  Chaos(long seed) {
    random = new SplittableRandom(seed);
    salt = random.nextLong();
    byPriority = random.nextInt(4) > 0;
    heldOfFour = random.nextInt(4);
    // How long the program runs is not known: each order of magnitude gets its chance.
    changeEvery = 1 << random.nextInt(1, 7);
  }

  /** Puts what is to run in this turn to the front, and says how many that is. */
  int arrange(ArrayDeque<Object> ready) {
    List<Object> callbacks = new ArrayList<>();
    List<Task<?>> tasks = new ArrayList<>();
    for (Object entry : ready) {
      if (entry instanceof Task<?> task) {
        tasks.add(task);
      } else {
        callbacks.add(entry);
      }
    }
    if (tasks.isEmpty()) {
      return callbacks.size();
    }
    List<Task<?>> running = choose(tasks);
    ready.clear();
    merge(callbacks, running, ready);
    ready.addAll(tasks);
    return callbacks.size() + running.size();
  }

  /** Takes out of the ready tasks, of which there is one at least, those that run. */
  private List<Task<?>> choose(List<Task<?>> tasks) {
    boolean fair = ++turns % FAIR_TURN == 0;
    if (byPriority && !fair) {
      Task<?> next = next(tasks);
      tasks.remove(next);
      return List.of(next);
    }
    List<Task<?>> running = shuffled(tasks);
    tasks.clear();
    if (!fair) {
      List<Task<?>> others = running.subList(1, running.size());
      for (Task<?> task : List.copyOf(others)) {
        if (random.nextInt(4) < heldOfFour) {
          tasks.add(task);
        }
      }
      others.removeAll(new HashSet<>(tasks));
    }
    return running;
  }

  private Task<?> next(List<Task<?>> tasks) {
    Task<?> highest = highest(tasks);
    if (random.nextInt(changeEvery) == 0) {
      if (lowered.size() == MOST_LOWERED) {
        lowered.clear();
      }
      // Each lower than the one before.
      lowered.put(highest.id(), (long) -turns);
      return highest(tasks);
    }
    return highest;
  }

  private Task<?> highest(List<Task<?>> tasks) {
    Task<?> highest = tasks.getFirst();
    for (Task<?> task : tasks) {
      if (priority(task) > priority(highest)) {
        highest = task;
      }
    }
    return highest;
  }

  /** Drawn from the task's number, so that nothing need be kept for each task. */
  private long priority(Task<?> task) {
    Long low = lowered.get(task.id());
    return low != null ? low : new SplittableRandom(salt + task.id()).nextLong() >>> 1;
  }

  private List<Task<?>> shuffled(List<Task<?>> tasks) {
    List<Task<?>> shuffled = new ArrayList<>(tasks);
    for (int left = shuffled.size(); left > 1; left--) {
      int drawn = random.nextInt(left);
      Task<?> task = shuffled.set(drawn, shuffled.get(left - 1));
      shuffled.set(left - 1, task);
    }
    return shuffled;
  }

  private void merge(List<Object> callbacks, List<Task<?>> tasks, ArrayDeque<Object> into) {
    int callback = 0;
    int task = 0;
    while (callback < callbacks.size() || task < tasks.size()) {
      int left = callbacks.size() - callback + tasks.size() - task;
      if (random.nextInt(left) < callbacks.size() - callback) {
        into.add(callbacks.get(callback++));
      } else {
        into.add(tasks.get(task++));
      }
    }
  }
}
