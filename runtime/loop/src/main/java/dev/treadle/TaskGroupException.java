package dev.treadle;

import java.io.Serial;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The failures of a {@link TaskGroup}, in the order in which they happened. A group always throws
 * this, also for one failure, so that a handler need not know how many children may fail; a nested
 * group's exception is one cause of the outer's (PEP 654).
 */
public final class TaskGroupException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final String group;

  @SuppressWarnings("serial") // List.copyOf gives a serializable one.
  private final List<Throwable> causes;

  /**
   * A group's failure; also for tests of handlers.
   *
   * @param group the group's name
   * @param causes at least one failure; the first is also {@link #getCause()}, the rest are also
   *     suppressed exceptions, so that a log shows them all
   * @throws IllegalArgumentException if there is no cause
   */
  public TaskGroupException(String group, List<? extends Throwable> causes) {
    super(message(group, causes), causes.getFirst());
    this.group = group;
    this.causes = List.copyOf(causes);
    for (Throwable cause : this.causes.subList(1, causes.size())) {
      addSuppressed(cause);
    }
  }

  private static String message(String group, List<? extends Throwable> causes) {
    if (causes.isEmpty()) {
      throw new IllegalArgumentException(
          "a TaskGroupException needs a cause: group="
              + group
              + " causes=[]; give at least one failure");
    }
    return "task group failed: group="
        + group
        + " failures="
        + causes.size()
        + " first="
        + causes.getFirst();
  }

  /** The failures, in the order in which they happened; unmodifiable, never empty. */
  public List<Throwable> causes() {
    return causes;
  }

  /** The one failure, all nesting removed, or empty if there are several. */
  public Optional<Throwable> only() {
    List<Throwable> leaves = leaves();
    return leaves.size() == 1 ? Optional.of(leaves.getFirst()) : Optional.empty();
  }

  /** Every failure that is not itself a group's, depth first. */
  public List<Throwable> leaves() {
    List<Throwable> leaves = new ArrayList<>();
    for (Throwable cause : causes) {
      if (cause instanceof TaskGroupException nested) {
        leaves.addAll(nested.leaves());
      } else {
        leaves.add(cause);
      }
    }
    return leaves;
  }

  /** The same tree with only the leaves that match, or empty if none does. */
  public Optional<TaskGroupException> subgroup(Predicate<? super Throwable> matches) {
    List<Throwable> kept = new ArrayList<>();
    for (Throwable cause : causes) {
      if (cause instanceof TaskGroupException nested) {
        nested.subgroup(matches).ifPresent(kept::add);
      } else if (matches.test(cause)) {
        kept.add(cause);
      }
    }
    if (kept.isEmpty()) {
      return Optional.empty();
    }
    if (kept.equals(causes)) {
      return Optional.of(this);
    }
    TaskGroupException part = new TaskGroupException(group, kept);
    part.setStackTrace(getStackTrace());
    return Optional.of(part);
  }

  /** The tree's matching and other leaves, each in its own tree of the same shape. */
  public Split split(Predicate<? super Throwable> matches) {
    Set<Throwable> matching = Collections.newSetFromMap(new IdentityHashMap<>());
    leaves().stream().filter(matches).forEach(matching::add);
    return new Split(subgroup(matching::contains), subgroup(leaf -> !matching.contains(leaf)));
  }

  /**
   * What {@link #split} gives.
   *
   * @param matching the leaves that matched, or empty if none did
   * @param rest the leaves that did not match, or empty if all did
   */
  public record Split(Optional<TaskGroupException> matching, Optional<TaskGroupException> rest) {}
}
