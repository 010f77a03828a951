package dev.treadle;

import static dev.treadle.VirtualLoop.ms;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One random tree of groups, scopes, shields, timeouts, cancellations and failures, run next to a
 * naive model of who is cancelled: a chain of levels that is walked anew at every look. What
 * differs is recorded, because a test's own error would be one more failure of the tree.
 */
final class CancellationScenario {
  private static final int MOST_STEPS = 150;

  final List<String> violations = new ArrayList<>();
  private final Random random;
  private final List<Modelled> tasks = new ArrayList<>();
  private final List<CancelScope> scopes = new ArrayList<>();
  private final List<TaskGroup> groups = new ArrayList<>();
  private final Set<TaskGroup> quietly = new HashSet<>();
  private int steps;
  private int entered;
  private int left;

  CancellationScenario(long seed) {
    this.random = new Random(seed);
  }

  /** Runs the tree to its end, then looks for what it left behind. In a task. */
  void run() {
    Modelled main = new Modelled(Task.require("scenario"), null);
    main.task.checkCancelled();
    try {
      new CancelScope().run(() -> group(main, 4));
    } catch (Boom | TaskGroupException expected) {
      steps++;
    }
    Treadle.sleep(ms(5000));
    check();
    for (Modelled modelled : tasks) {
      require(modelled.task.isDone(), "an orphan: " + modelled.task);
      Throwable failure = modelled.task.failure();
      require(isExpected(failure), "failed by " + failure);
    }
    require(entered == left, "finally blocks: entered=" + entered + " left=" + left);
    require(
        Loop.current().tasks().equals(List.of(main.task)), "tasks left: " + Loop.current().dump());
    require(Loop.current().timers.size() == 0, "timers left");
    require(main.task.scope == null, "a scope left open");
  }

  private static boolean isExpected(@Nullable Throwable failure) {
    return switch (failure) {
      case null -> true;
      case TaskGroupException failed ->
          failed.leaves().stream().allMatch(CancellationScenario::isExpected);
      case Boom _, CancellationException _ -> true;
      default -> false;
    };
  }

  private void body(Modelled self, int depth) {
    entered++;
    try {
      int count = 1 + random.nextInt(4);
      for (int i = 0; i < count && steps < MOST_STEPS; i++) {
        steps++;
        step(self, depth);
        check();
      }
    } finally {
      left++;
      check();
    }
  }

  private void step(Modelled self, int depth) {
    switch (random.nextInt(depth > 0 ? 16 : 8)) {
      case 0, 1 -> suspend(self, () -> Treadle.sleep(ms(random.nextInt(4))));
      case 2 -> {
        suspend(self, () -> Treadle.yieldNow());
        require(!self.isCancelled(), "cancelled in a yield that returned");
      }
      case 3 -> suspend(self, CancellationScenario::awaitDeferred);
      case 4 -> cancelSomething();
      case 5 -> moveSomething();
      case 6 -> {
        if (random.nextInt(4) == 0) {
          throw new Boom();
        }
      }
      case 7 -> awaitSomeTask(self);
      case 8, 9 -> scope(self, depth - 1);
      case 10 -> timeout(self, depth - 1);
      case 11 -> shield(self, depth - 1);
      case 12 -> stubborn(self, depth - 1);
      case 13 -> detached(depth - 1);
      default -> group(self, depth - 1);
    }
  }

  private static void awaitDeferred() {
    Deferred<Integer> value = new Deferred<>();
    Loop.current().callLater(ms(2), () -> value.complete(1));
    Treadle.await(value);
  }

  private void suspend(Modelled self, Runnable suspension) {
    boolean cancelled = self.isCancelled();
    try {
      suspension.run();
      require(!cancelled, "a suspension of a cancelled task returned");
    } catch (Cancelled thrown) {
      require(self.isExplained(), "a Cancelled that nothing explains");
      throw thrown;
    } finally {
      check();
    }
  }

  private void awaitSomeTask(Modelled self) {
    if (tasks.isEmpty()) {
      return;
    }
    Modelled other = tasks.get(random.nextInt(tasks.size()));
    // Only tasks that are done or younger: two that await each other would be the test's deadlock.
    if (other.task.isDone() || other.task.id() > self.task.id()) {
      try {
        suspend(self, () -> Treadle.await(other.task));
      } catch (CancellationException | TaskGroupException | Boom expected) {
        steps++;
      }
    }
  }

  private void cancelSomething() {
    int kind = random.nextInt(3);
    if (kind == 0 && !scopes.isEmpty()) {
      scopes.get(random.nextInt(scopes.size())).cancel();
    } else if (kind == 1 && !groups.isEmpty()) {
      TaskGroup group = groups.get(random.nextInt(groups.size()));
      group.cancel();
      quietly.add(group);
    } else if (kind == 2 && !tasks.isEmpty()) {
      tasks.get(random.nextInt(tasks.size())).task.cancel();
    }
  }

  private void moveSomething() {
    if (scopes.isEmpty()) {
      return;
    }
    CancelScope scope = scopes.get(random.nextInt(scopes.size()));
    switch (random.nextInt(3)) {
      case 0 -> scope.setTimeout(ms(random.nextInt(5)));
      case 1 -> scope.setTimeout(null);
      default -> scope.setShielded(!scope.isShielded());
    }
  }

  private void scope(Modelled self, int depth) {
    CancelScope scope =
        random.nextInt(3) == 0 ? new CancelScope(ms(random.nextInt(5))) : new CancelScope();
    scope.setShielded(random.nextInt(6) == 0);
    scopes.add(scope);
    if (random.nextInt(10) == 0) {
      scope.cancel();
    }
    Level outside = self.level;
    try {
      scope.run(
          () -> {
            self.level = new Level(outside, scope::isCancelCalled, scope::isShielded);
            body(self, depth);
          });
    } catch (Cancelled passing) {
      self.level = outside;
      require(self.isExplained(), "a Cancelled left the outermost cancelled scope");
      throw passing;
    } finally {
      self.level = outside;
      scopes.remove(scope);
      check();
    }
    if (scope.cancelledCaught()) {
      require(scope.isCancelCalled(), "caught without a cancel");
      require(!self.isCancelled(), "caught by an inner scope though an outer one is cancelled");
    }
  }

  private void timeout(Modelled self, int depth) {
    Level outside = self.level;
    try {
      Treadle.withTimeout(
          ms(random.nextInt(6)),
          () -> {
            CancelScope scope = self.task.scope;
            if (scope == null) {
              throw new AssertionError("withTimeout opened no scope");
            }
            self.level = new Level(outside, scope::isCancelCalled, scope::isShielded);
            body(self, depth);
          });
    } catch (DeadlineExceededException late) {
      self.level = outside;
      require(!self.isCancelled(), "timed out though an outer scope is cancelled");
    } finally {
      self.level = outside;
      check();
    }
  }

  private void shield(Modelled self, int depth) {
    Level outside = self.level;
    try {
      Treadle.shield(
          () -> {
            self.level = new Level(outside, () -> false, () -> true);
            body(self, depth);
          });
    } finally {
      self.level = outside;
      check();
    }
  }

  private void stubborn(Modelled self, int depth) {
    try {
      body(self, depth);
    } catch (Cancelled swallowed) {
      require(self.isExplained(), "a Cancelled that nothing explains");
    }
  }

  private void detached(int depth) {
    Deferred<Modelled> model = new Deferred<>();
    Task<?> task = Treadle.spawn(() -> body(model.result(), depth));
    Modelled modelled = new Modelled(task, null);
    model.complete(modelled);
    tasks.add(modelled);
  }

  private void group(Modelled self, int depth) {
    Level outside = self.level;
    List<Modelled> children = new ArrayList<>();
    List<TaskGroup> cutShort = new ArrayList<>();
    try {
      Treadle.group(
          group -> {
            groups.add(group);
            self.level = new Level(outside, group.scope::isCancelCalled, () -> false);
            for (int n = random.nextInt(4); n > 0 && steps < MOST_STEPS; n--) {
              Deferred<Modelled> model = new Deferred<>();
              Task<?> task;
              try {
                task = group.spawn(() -> body(model.result(), depth - 1));
              } catch (IllegalStateException refused) {
                require(group.scope.isCancelCalled(), "spawn refused though the group is open");
                break;
              }
              Modelled child = new Modelled(task, self.level);
              model.complete(child);
              children.add(child);
              tasks.add(child);
              if (random.nextBoolean()) {
                body(self, depth - 1);
              }
            }
            cutShort.add(group);
            body(self, depth - 1);
            cutShort.clear();
          });
      self.level = outside;
      require(!self.isCancelled(), "a group of a cancelled task returned");
      require(quietly.containsAll(cutShort), "a group that nobody cancelled has no value");
    } catch (TaskGroupException failed) {
      self.level = outside;
      require(isExpected(failed), "failed by " + failed.leaves());
    } catch (Cancelled passing) {
      self.level = outside;
      require(self.isExplained(), "a group threw a Cancelled that nothing explains");
      throw passing;
    } finally {
      self.level = outside;
      groups.removeIf(group -> group.scope.task == null);
      require(
          children.stream().allMatch(child -> child.task.isDone()), "a child outlived its group");
      check();
    }
  }

  /** Every task's flag says what the model says, and none sleeps on though it is cancelled. */
  private void check() {
    for (Modelled modelled : tasks) {
      Task<?> task = modelled.task;
      if (task.isDone()) {
        continue;
      }
      boolean cancelled = modelled.isCancelled();
      require(
          cancelled == task.cancelVisible, "cancelVisible=" + task.cancelVisible + " of " + task);
      String waiting = task.waitingFor();
      require(
          !cancelled
              || waiting == null
              || waiting.startsWith("end of")
              || waiting.equals("its next turn"),
          "cancelled and still waiting: " + task);
    }
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      violations.add("step " + steps + ": " + otherwise);
    }
  }

  /** A failure that the tree is meant to have. */
  static final class Boom extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private record Level(
      @Nullable Level outer, BooleanSupplier cancelled, BooleanSupplier shielded) {}

  private static final class Modelled {
    private final Task<?> task;
    private @Nullable Level level;

    Modelled(Task<?> task, @Nullable Level around) {
      this.task = task;
      this.level = new Level(around, task::isCancelCalled, () -> false);
    }

    boolean isCancelled() {
      for (Level at = level; at != null; at = at.outer) {
        if (at.cancelled.getAsBoolean()) {
          return true;
        }
        if (at.shielded.getAsBoolean()) {
          return false;
        }
      }
      return false;
    }

    /** Whether anything around is cancelled: a shield may have been raised after the throw. */
    boolean isExplained() {
      for (Level at = level; at != null; at = at.outer) {
        if (at.cancelled.getAsBoolean()) {
          return true;
        }
      }
      return false;
    }
  }
}
