package dev.treadle.offload.process;

import static dev.treadle.Treadle.shield;

import dev.treadle.Awaitable;
import dev.treadle.Cancelled;
import dev.treadle.offload.NotSendableException;
import dev.treadle.offload.VoidJob;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A process that does one step: {@code multiprocessing.Process} as its start method {@code spawn}
 * makes it. A new JVM with this one's class path runs the step on its main thread, not the
 * program's {@code main}.
 *
 * <pre>{@code
 * try (var child = WorkerProcess.start("report", () -> Reports.write(month))) {
 *   int code = child.join();               // 0: done; 1: failed, see failure()
 * }
 * }</pre>
 *
 * <p>Its standard output and error are this program's, unless {@link WorkerProcess#builder} says
 * otherwise; its standard input is empty. A step that fails prints its stack to standard error and
 * ends the process with 1; {@link #failure} then has the exception. Like any program it ends when
 * the last of its threads has that is no daemon.
 *
 * <p>It ends with this process, also when that is killed, unless it is detached. A worker may start
 * no process of its own, so that a step which starts its program's main again does not do so
 * without end; {@link WorkerProcessBuilder#nesting} allows it.
 *
 * <p>Waiting suspends a task and blocks any other thread. Any thread; on a loop's thread only tasks
 * may wait. Its owner closes it, best by try-with-resources.
 */
public final class WorkerProcess implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(5);

  /** Those that run: collected, one would lose its lifeline. */
  private static final Set<WorkerProcess> RUNNING = ConcurrentHashMap.newKeySet();

  private final String name;
  private final Process process;
  private final Set<Waiter<Integer>> waiters = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Integer> exit;
  private volatile @Nullable Throwable failure;

  /**
   * One that runs.
   *
   * @param exit what there is to know of its end, when all of it is known
   */
  WorkerProcess(String name, Process process, CompletableFuture<Ended> exit) {
    this.name = name;
    this.process = process;
    RUNNING.add(this);
    this.exit = exit.thenApply(this::ended);
  }

  /**
   * The end of a process.
   *
   * @param failure of the step; null if it has not failed, or could not tell
   */
  record Ended(int exitCode, @Nullable Throwable failure) {}

  private int ended(Ended end) {
    failure = end.failure;
    RUNNING.remove(this);
    return end.exitCode;
  }

  /**
   * Starts a process for the step; its output is this program's.
   *
   * @param name for messages and dumps
   * @throws NotSendableException if the step captures what cannot be serialized; names it
   * @throws UncheckedIOException if the process cannot be started; names the program
   * @throws IllegalStateException in a worker that may not start processes, or in a callback of a
   *     loop
   * @throws Cancelled if the task's scope is cancelled
   */
  public static WorkerProcess start(String name, VoidJob step) {
    return builder().start(name, step);
  }

  /** Options: output, class path, flags, whether it is detached. Any thread. */
  public static WorkerProcessBuilder builder() {
    return new WorkerProcessBuilder();
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return !exit.isDone();
  }

  /**
   * Its exit code, if it has ended: 0 if the step is done, 1 if it has failed, 128 and the signal's
   * number if a signal ended it.
   */
  public OptionalInt exitCode() {
    return exit.isDone() ? OptionalInt.of(exit.join()) : OptionalInt.empty();
  }

  /**
   * What the step has failed with, when the process has ended: the exception with its stack over
   * there, or one that has its type and text where it cannot be sent. Null if it has not failed, or
   * the process was ended before it could tell.
   */
  public @Nullable Throwable failure() {
    return exit.isDone() ? failure : null;
  }

  /**
   * Waits for its end.
   *
   * @return its exit code
   * @throws Cancelled if the task's scope is cancelled; the process still runs then
   * @throws java.util.concurrent.CompletionException if the blocked thread is interrupted; the same
   */
  public int join() {
    Waits.checkCancelled();
    return Waits.await(waiting());
  }

  /**
   * The same, at most for that time.
   *
   * @return its exit code; empty if it still runs
   */
  public OptionalInt join(Duration timeout) {
    Waits.checkCancelled();
    Integer code = Waits.await(waiting(), timeout);
    return code == null ? OptionalInt.empty() : OptionalInt.of(code);
  }

  /**
   * Its exit code, when it has ended: for {@link dev.treadle.Treadle#awaitUntil} and {@link
   * dev.treadle.Treadle#select} beside others, as Python's {@code sentinel}. Until then a virtual
   * clock does not jump. On a loop's thread.
   *
   * @throws IllegalStateException on another thread
   */
  public Awaitable<Integer> exit() {
    return Sentinel.of(waiting(), "exit of " + name);
  }

  /** Asks it to end: TERM. Its shutdown hooks run. Does not wait. */
  public void terminate() {
    // Not the process's own destroy(): that closes the pipes, and what it says last is lost.
    process.toHandle().destroy();
  }

  /** Ends it: KILL. Does not wait. */
  public void kill() {
    process.toHandle().destroyForcibly();
  }

  /**
   * Ends it if it runs: TERM, after five seconds KILL; waits for its end, also in a cancelled
   * scope. So {@link #join} before, to let it finish. Does nothing the second time.
   */
  @Override
  public void close() {
    close(GRACE);
  }

  /**
   * The same.
   *
   * @param grace how long it has to end after TERM; zero or less: KILL at once
   */
  public void close(Duration grace) {
    if (!isAlive()) {
      return;
    }
    try {
      if (Waits.isOnLoop()) {
        shield(() -> end(grace));
      } else {
        end(grace);
      }
    } finally {
      // The loop's end may have no time for graces.
      if (isAlive()) {
        kill();
      }
    }
  }

  private void end(Duration grace) {
    if (grace.isPositive()) {
      terminate();
      if (join(grace).isPresent()) {
        return;
      }
    }
    kill();
    join();
  }

  private CompletableFuture<Integer> waiting() {
    if (exit.isDone()) {
      return exit;
    }
    Waiter<Integer> waiter = new Waiter<>("exit of " + this, this::forget);
    waiters.add(waiter);
    if (exit.isDone()) {
      waiter.complete(exit.join());
    }
    return waiter;
  }

  private void forget() {
    waiters.removeIf(CompletableFuture::isDone);
  }

  /** Called once everything of it is in place. */
  WorkerProcess watched() {
    exit.thenAccept(
        code -> {
          waiters.forEach(waiter -> waiter.complete(code));
          waiters.clear();
        });
    return this;
  }

  @Override
  public String toString() {
    return "WorkerProcess["
        + name
        + " pid="
        + pid()
        + (isAlive() ? " running]" : " exitCode=" + Objects.toString(exit.join()) + "]");
  }
}
