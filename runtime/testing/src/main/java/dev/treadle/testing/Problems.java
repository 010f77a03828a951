package dev.treadle.testing;

import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.coroutines.PinnedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/** What is wrong with a test beside its own failure; confined to its loop's thread. */
final class Problems {
  private final List<Throwable> blocked = new ArrayList<>();
  private final List<Throwable> others = new ArrayList<>();
  private final List<Unobserved> unobserved = new ArrayList<>();
  private final Set<String> pinnedAt = new HashSet<>();
  private String lastDump = "";

  void add(Throwable problem) {
    others.add(problem);
  }

  void blocked(List<BlockingCallError> errors) {
    blocked.addAll(errors);
  }

  /** The method has ended; the loop is about to cancel what it left. */
  void ended(String dump, List<Task<?>> leaked) {
    lastDump = dump;
    if (!leaked.isEmpty()) {
      String names = leaked.stream().map(Task::name).collect(Collectors.joining(", "));
      add(
          new LoopTestError(
              "tasks leaked: alive when the test method ended: tasks=["
                  + names
                  + "]; await or cancel them, or spawn them in a group\n"
                  + dump,
              null));
    }
  }

  void unobserved(String source, Throwable failure) {
    // When the loop closes its tasks are gone; the dump from the method's end shows more.
    String dump = lastDump.isEmpty() ? Loop.current().dump() : lastDump;
    unobserved.add(new Unobserved(source, failure, dump));
  }

  void pinned(Task<?> task, PinnedException pinned) {
    if (!pinnedAt.add(pinned.frame())) {
      return;
    }
    String what = pinned.reason().equals("MONITOR") ? " inside synchronized" : " on a pinned stack";
    add(
        new LoopTestError(
            "await"
                + what
                + ": task="
                + task.name()
                + " frame="
                + pinned.frame()
                + "; "
                + remedy(pinned)
                + "\n"
                + Loop.current().dump(),
            pinned));
  }

  private static String remedy(PinnedException pinned) {
    String message = String.valueOf(pinned.getMessage());
    return message.substring(message.indexOf("; ") + 2);
  }

  /** Throws what the test has failed of, if it has. */
  void rethrow(@Nullable Throwable own) throws Throwable {
    List<Throwable> all = new ArrayList<>();
    boolean last = own instanceof TestAbortedException || !blocked.isEmpty() && isWake(own);
    if (own != null && !last) {
      all.add(own);
    }
    blocked.forEach(problem -> addUnlessKnown(all, problem, problem));
    others.forEach(
        problem -> {
          Throwable cause = problem.getCause();
          addUnlessKnown(all, problem, cause == null ? problem : cause);
        });
    unobserved.forEach(problem -> addUnlessKnown(all, problem.error(), problem.failure));
    if (last && own != null) {
      if (all.isEmpty()) {
        throw own;
      }
      all.add(own);
    }
    if (all.isEmpty()) {
      return;
    }
    Throwable first = all.get(0);
    for (Throwable more : all.subList(1, all.size())) {
      first.addSuppressed(more);
    }
    throw first;
  }

  /**
   * A lock's {@code Condition.await} that is refused has given up the lock already, and fails once
   * more when the caller unlocks it: the violation says more.
   */
  private static boolean isWake(@Nullable Throwable own) {
    return own instanceof IllegalMonitorStateException;
  }

  /** Leaves out what another failure of the list has brought about or comes with. */
  private static void addUnlessKnown(List<Throwable> all, Throwable problem, Throwable root) {
    Set<Throwable> known = Collections.newSetFromMap(new IdentityHashMap<>());
    all.forEach(failure -> collect(failure, known));
    Set<Throwable> mine = Collections.newSetFromMap(new IdentityHashMap<>());
    collect(root, mine);
    if (Collections.disjoint(known, mine)) {
      all.add(problem);
    }
  }

  private static void collect(Throwable failure, Set<Throwable> known) {
    Deque<Throwable> todo = new ArrayDeque<>(List.of(failure));
    while (!todo.isEmpty()) {
      Throwable next = todo.pop();
      if (known.add(next)) {
        todo.addAll(List.of(next.getSuppressed()));
        if (next.getCause() != null) {
          todo.add(next.getCause());
        }
      }
    }
  }

  private record Unobserved(String source, Throwable failure, String dump) {
    Throwable error() {
      return new LoopTestError(
          "a failure nobody observed: source="
              + source
              + " failure="
              + failure
              + "; await the task, or handle the failure in it\n"
              + dump,
          failure);
    }
  }
}
