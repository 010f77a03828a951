package dev.treadle.offload;

import dev.treadle.Cancelled;
import dev.treadle.Hold;
import dev.treadle.Loop;
import dev.treadle.Treadle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Does steps on threads of this process: Python's {@code ThreadPoolExecutor}. For steps that
 * compute without being ended by force, and share memory with the program; for a body that blocks,
 * of the task that waits for it, there is {@link Treadle#onThread}.
 *
 * <pre>{@code
 * try (ThreadPool pool = new ThreadPool(4)) {
 *   double sum = await(pool.submit(() -> integrate(0, 1)));
 * }
 * }</pre>
 *
 * <p>Its threads are platform threads, daemons, started when there is something to do; one that is
 * idle for ten seconds ends. A call that is cancelled or out of time is done at once; its thread is
 * interrupted, and busy until the step has ended: what does not listen to interrupts goes on, for
 * which a {@link ProcessPool} is the answer. Nothing is copied: a step sees the objects it
 * captured, and its failure is the very exception. There are no workers that crash, and so nothing
 * to retry.
 *
 * <p>Any thread.
 */
public final class ThreadPool implements OffloadExecutor {
  private static final Duration IDLE = Duration.ofSeconds(10);

  private final String name;
  private final int parallelism;
  private final Threads threads;

  /** Those that have not ended, also where they are done already. */
  private final Set<ThreadCall<?>> open = ConcurrentHashMap.newKeySet();

  private final AtomicLong submitted = new AtomicLong();
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

  /** Of as many threads as there are processors. */
  public ThreadPool() {
    this(Runtime.getRuntime().availableProcessors());
  }

  /**
   * Of that many threads.
   *
   * @throws IllegalArgumentException if the number is not positive
   */
  public ThreadPool(int threads) {
    this("offload", threads);
  }

  /**
   * With a name, which that of each thread begins with.
   *
   * @throws IllegalArgumentException if the number is not positive
   */
  public ThreadPool(String name, int threads) {
    this(name, threads, IDLE);
  }

  ThreadPool(String name, int threads, Duration idle) {
    if (threads <= 0) {
      throw new IllegalArgumentException(
          "a thread pool needs a thread: threads=" + threads + "; give a positive number");
    }
    this.name = Objects.requireNonNull(name, "name");
    this.parallelism = threads;
    this.threads = new Threads(threads, idle);
  }

  @Override
  public <T extends @Nullable Object> Call<T> submit(Job<T> job, CallOptions options) {
    return submit(job, job, options);
  }

  @Override
  public Call<@Nullable Void> submit(VoidJob job, CallOptions options) {
    Objects.requireNonNull(job, "job");
    return submit(
        job,
        () -> {
          job.run();
          return null;
        },
        options);
  }

  private <T extends @Nullable Object> Call<T> submit(
      Object named, Callable<T> step, CallOptions options) {
    Objects.requireNonNull(step, "job");
    Objects.requireNonNull(options, "options");
    String callName = StepNames.of(named, options);
    ThreadCall<T> call =
        new ThreadCall<>(this, callName, submitted.getAndIncrement(), step, options.timeout());
    open.add(call);
    try {
      threads.execute(call);
    } catch (RejectedExecutionException closed) {
      open.remove(call);
      throw new RejectedExecutionException(
          "submit() to a closed pool: pool="
              + name
              + " call="
              + callName
              + "; submit before close()");
    } catch (Throwable noThread) {
      open.remove(call);
      throw noThread;
    }
    if (Loop.isLoopThread(Thread.currentThread())) {
      Hold hold = Loop.current().hold("call '" + callName + "'");
      call.whenComplete((value, failure) -> hold.close());
    }
    return call;
  }

  /** The thread has nothing to do with it any more. */
  void ended(ThreadCall<?> call) {
    open.remove(call);
  }

  @Override
  public int parallelism() {
    return parallelism;
  }

  @Override
  public void close() {
    if (!await("close()", null)) {
      cancelAll();
      if (Treadle.currentTask() == null) {
        ended.join();
        Thread.currentThread().interrupt();
      } else {
        Treadle.shield(() -> awaitEnd(ended.copy(), "close()"));
      }
    }
  }

  @Override
  public List<Call<?>> close(Duration grace) {
    Objects.requireNonNull(grace, "grace");
    boolean inTime = await("close(grace)", grace);
    return inTime ? List.of() : cancelAll();
  }

  /** Takes no more, and waits for the end: false when the time was up, or the waiting was ended. */
  private boolean await(String operation, @Nullable Duration grace) {
    boolean inTask = Treadle.currentTask() != null;
    if (!inTask && Loop.isLoopThread(Thread.currentThread())) {
      throw new IllegalStateException(
          operation
              + " of a pool outside a task: pool="
              + name
              + " thread="
              + Thread.currentThread().getName()
              + "; close it in a task, or on a thread without a loop");
    }
    if (Progress.reporter() instanceof ThreadCall<?> own && own.isOf(this)) {
      throw new IllegalStateException(
          operation
              + " of a pool in a step of its own, which would wait for itself: pool="
              + name
              + " call="
              + own.name()
              + "; close it where it was made");
    }
    threads.shutdown();
    CompletableFuture<@Nullable Void> end = ended.copy();
    boolean interrupted = false;
    try {
      if (grace != null) {
        end.orTimeout(TimeUnit.NANOSECONDS.convert(grace), TimeUnit.NANOSECONDS);
      }
      if (inTask) {
        awaitEnd(end, operation);
      } else {
        end.get();
      }
    } catch (InterruptedException interrupt) {
      interrupted = true;
    } catch (ExecutionException timeUp) {
      // Told by what is left.
    } catch (Cancelled cancelled) {
      // It stays cancelled: the next suspension throws.
    } catch (CompletionException timeUp) {
      if (!(timeUp.getCause() instanceof TimeoutException)) {
        throw timeUp;
      }
    }
    if (interrupted && grace != null) {
      Thread.currentThread().interrupt();
    }
    return ended.isDone();
  }

  private void awaitEnd(CompletableFuture<@Nullable Void> end, String operation) {
    Hold hold = Loop.current().hold(operation + " of " + this);
    try {
      Treadle.await(end);
    } finally {
      hold.close();
    }
  }

  private List<Call<?>> cancelAll() {
    List<ThreadCall<?>> left = new ArrayList<>(open);
    // The last in line first: a thread that becomes free must not begin what is to be cancelled.
    left.sort(Comparator.comparingLong(ThreadCall<?>::number).reversed());
    List<Call<?>> cancelled = new ArrayList<>();
    for (ThreadCall<?> call : left) {
      if (!call.isDone() && call.cancel(true)) {
        cancelled.add(call);
      }
    }
    return cancelled.reversed();
  }

  @Override
  public String toString() {
    return "ThreadPool[" + name + " threads=" + parallelism + " calls=" + open.size() + "]";
  }

  private final class Threads extends ThreadPoolExecutor {
    private final AtomicLong started = new AtomicLong();

    Threads(int most, Duration idle) {
      super(
          most,
          most,
          TimeUnit.NANOSECONDS.convert(idle),
          TimeUnit.NANOSECONDS,
          new LinkedBlockingQueue<>());
      allowCoreThreadTimeOut(true);
      setThreadFactory(
          work ->
              Thread.ofPlatform()
                  .daemon()
                  .name(name + "-" + started.getAndIncrement())
                  .unstarted(work));
    }

    @Override
    protected void terminated() {
      ended.complete(null);
    }
  }
}
