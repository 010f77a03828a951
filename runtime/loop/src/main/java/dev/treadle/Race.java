package dev.treadle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Bodies of which the first that succeeds wins; started together, or one after the other as "happy
 * eyeballs" does (RFC 8305, CPython's {@code staggered_race}).
 */
final class Race<T extends @Nullable Object> {
  private final Duration stagger;
  private final Consumer<? super T> onUndelivered;
  private final List<Throwable> failures = new ArrayList<>(0);
  private @Nullable Outcome<T> winner;

  private Race(Duration stagger, Consumer<? super T> onUndelivered) {
    this.stagger = Objects.requireNonNull(stagger, "stagger");
    this.onUndelivered = Objects.requireNonNull(onUndelivered, "onUndelivered");
  }

  static <T extends @Nullable Object> T run(
      Duration stagger,
      Collection<? extends Callable<? extends T>> bodies,
      Consumer<? super T> onUndelivered) {
    if (bodies.isEmpty()) {
      throw new IllegalArgumentException("race() of nothing: bodies=[]; give at least one body");
    }
    return new Race<T>(stagger, onUndelivered).run(bodies);
  }

  private T run(Collection<? extends Callable<? extends T>> bodies) {
    Loop loop = Task.require("race()").loop();
    try {
      TaskGroup.open("race", group -> start(group, bodies));
    } catch (Throwable failure) {
      // Cancelled from outside, or worse; the value has nowhere to go.
      if (winner != null) {
        undelivered(loop, winner.value());
      }
      throw failure;
    }
    if (winner == null) {
      throw new TaskGroupException("race", failures);
    }
    return winner.value();
  }

  private @Nullable Void start(
      TaskGroup group, Collection<? extends Callable<? extends T>> bodies) {
    Task<?> previous = null;
    Duration begun = Duration.ZERO;
    for (Callable<? extends T> body : bodies) {
      if (previous != null && stagger.isPositive()) {
        awaitTurnAfter(previous, begun);
      }
      begun = group.loop.time();
      previous = start(group, body);
    }
    return null;
  }

  private Task<?> start(TaskGroup group, Callable<? extends T> body) {
    Objects.requireNonNull(body, "body");
    Task<@Nullable Void> racer = group.spawn(() -> compete(group, body));
    racer.whenDone(
        outcome -> {
          if (outcome.isCancelled() && !Cancellation.isVisibleTo(group)) {
            failures.add(Collecting.cancelled(racer));
          }
        });
    return racer;
  }

  /** Waits until the previous one has ended, which means failed, or has had its time. */
  private void awaitTurnAfter(Task<?> previous, Duration begun) {
    Task<?> host = Task.require("race()");
    // The iterator may have had to wait, too.
    Duration left = stagger.minus(host.loop().time().minus(begun));
    if (left.isPositive()) {
      new CancelScope(left).run(() -> previous.park(host));
    }
    // Woken by the previous one, which failed while another won: there is nothing more to start.
    host.checkCancelled();
  }

  private void compete(TaskGroup group, Callable<? extends T> body) throws Exception {
    T value;
    try {
      value = body.call();
    } catch (Throwable failure) {
      if (lost(group.loop, failure)) {
        return;
      }
      throw failure;
    }
    if (winner == null) {
      winner = Outcome.value(value);
      group.cancel();
    } else {
      undelivered(group.loop, value);
    }
  }

  /** Whether the failure lost the race, and no more. */
  private boolean lost(Loop loop, Throwable failure) {
    if (Collecting.isOwn(failure)) {
      failures.add(failure);
      return true;
    }
    if (winner == null || failure instanceof Cancelled || failure instanceof VirtualMachineError) {
      return false;
    }
    // It lost, and then its clean-up failed: the winner's value stands.
    loop.failures.report("loser of a race, " + Task.require("race()").describe(), failure);
    return true;
  }

  private void undelivered(Loop loop, T value) {
    try {
      onUndelivered.accept(value);
    } catch (RuntimeException | Error failure) {
      loop.failures.report("onUndelivered of a race", failure);
    }
  }
}
