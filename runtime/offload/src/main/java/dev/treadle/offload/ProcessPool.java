package dev.treadle.offload;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.shield;

import dev.treadle.Cancelled;
import dev.treadle.Hold;
import dev.treadle.Loop;
import dev.treadle.offload.internal.Codec;
import dev.treadle.offload.internal.Encoded;
import dev.treadle.offload.internal.Nesting;
import dev.treadle.offload.internal.Segments;
import dev.treadle.offload.internal.UnsendableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Does steps in other processes, on as many cores as there are: {@code
 * concurrent.futures.ProcessPoolExecutor}, with what its users miss.
 *
 * <pre>{@code
 * try (var pool = ProcessPool.open()) {
 *   boolean prime = await(pool.submit(() -> isPrime(112272535095293L)));
 * }
 * }</pre>
 *
 * <p>A step is a lambda or method reference whose captured values are serializable. Its code is
 * found by name in the workers, which have this process's class path; their statics are their own.
 *
 * <p>Workers are JVMs, started when there is a call and none is idle, up to one for each core. They
 * end with the pool, and with this process, however that ends. Each is spoken to over a Unix socket
 * of its own in a private directory, by the loop itself: no thread, no lock between two workers,
 * and one's death is nobody else's affair.
 *
 * <p><b>Cancelling</b> a call, its time limit, or the end of the scope that awaits it kills the
 * worker that is in it, and no other; the pool starts another when there is work for it. <b>A
 * worker that dies</b>, by exit, signal or for want of memory, fails the call it was in with {@link
 * WorkerCrashedException}; what it had not begun is done elsewhere. {@link CallOptions#idempotent}
 * calls are tried again. A step that crashes worker after worker is refused, see {@link
 * ProcessPoolBuilder#quarantineAfter}.
 *
 * <p>A step may not open a pool of its own: see {@link ProcessPoolBuilder#nesting}.
 *
 * <p>What workers write appears on this process's outputs, by line, tagged. Times are real time,
 * whatever the loop's clock; a virtual clock does not jump while a call that was submitted on its
 * loop is under way.
 *
 * <p>Any thread, unless a method says otherwise. A pool that was opened in a task belongs to that
 * task's loop and ends with it at the latest; one opened elsewhere has a loop of its own.
 */
public final class ProcessPool implements OffloadExecutor {
  private final Loop loop;
  private final boolean ownsLoop;
  private final Dispatcher dispatcher;
  private final Inbox inbox;
  private final String name;
  private final int parallelism;
  private volatile boolean closed;

  private ProcessPool(Loop loop, boolean ownsLoop, ProcessPoolBuilder options, Segments segments) {
    this.loop = loop;
    this.ownsLoop = ownsLoop;
    this.name = options.name;
    this.parallelism = options.workers;
    Encoded initializer =
        options.initializer == null ? null : encodeInitializer(options.initializer, segments);
    this.dispatcher = new Dispatcher(loop, options, segments, initializer);
    this.inbox = new Inbox(loop, dispatcher);
  }

  /** A pool with the defaults; see {@link ProcessPoolBuilder#open()}. */
  public static ProcessPool open() {
    return builder().open();
  }

  /** Options. */
  public static ProcessPoolBuilder builder() {
    return new ProcessPoolBuilder();
  }

  static ProcessPool open(ProcessPoolBuilder options) {
    if (Nesting.levels() <= 0) {
      throw new IllegalStateException(
          "open() of a pool in a worker: pool="
              + options.name
              + " pid="
              + ProcessHandle.current().pid()
              + "; pools in all workers of a pool are as many processes squared: submit to one pool"
              + " in the program, use a ThreadPool here, or allow it by nesting(1) where the worker,"
              + " or its pool, is built");
    }
    boolean onLoop = Loop.isLoopThread(Thread.currentThread());
    Segments segments;
    try {
      segments = onLoop ? onThread(() -> prepare(options)) : prepare(options);
    } catch (IOException failure) {
      throw new UncheckedIOException(
          "open() of a pool failed: pool="
              + options.name
              + " cause="
              + failure.getMessage()
              + "; see that the system's directory for temporary files can be written to",
          failure);
    }
    try {
      Loop home = onLoop ? Loop.current() : Loop.start(options.name);
      return new ProcessPool(home, !onLoop, options.copy(), segments);
    } catch (Throwable failure) {
      segments.close();
      throw failure;
    }
  }

  /** What blocks. */
  private static Segments prepare(ProcessPoolBuilder options) throws IOException {
    UnixSockets.load();
    return Segments.create(options.threshold, Watch.nanos(options.keepShared));
  }

  /**
   * {@inheritDoc}
   *
   * @throws NotSendableException if the step, or what it captures, cannot be serialized
   * @throws RejectedExecutionException if the pool is closed
   */
  @Override
  public <T extends @Nullable Object> Call<T> submit(Job<T> job, CallOptions options) {
    return submitAny(job, options);
  }

  /** {@inheritDoc} */
  @Override
  public Call<@Nullable Void> submit(VoidJob job, CallOptions options) {
    return this.<@Nullable Void>submitAny(job, options);
  }

  private <T extends @Nullable Object> Call<T> submitAny(Object job, CallOptions options) {
    Objects.requireNonNull(job, "job");
    if (closed) {
      throw closed(name);
    }
    Encoded encoded = encode(job, dispatcher.segments, options.retries() > 0);
    String given = options.name();
    PoolCall<T> call =
        new PoolCall<>(given == null ? Codec.name(job) : given, dispatcher, encoded, options);
    if (loop.isLoopThread()) {
      call.hold = hold(loop, call);
      inbox.drain();
      dispatcher.submitSoon(call);
    } else {
      if (Loop.isLoopThread(Thread.currentThread())) {
        call.hold = hold(Loop.current(), call);
      }
      try {
        inbox.add(call);
      } catch (RejectedExecutionException ended) {
        dispatcher.segments.discard(encoded.files());
        throw ended;
      }
    }
    return call;
  }

  private static Hold hold(Loop of, Call<?> call) {
    return of.hold(call.name());
  }

  private static Encoded encode(Object job, Segments segments, boolean keepFiles) {
    try {
      return Codec.encodeCall(job, segments, keepFiles);
    } catch (UnsendableException refused) {
      throw notSendable(refused);
    }
  }

  private static Encoded encodeInitializer(VoidJob job, Segments segments) {
    try {
      return Codec.encodeInitializer(job, segments);
    } catch (UnsendableException refused) {
      throw notSendable(refused);
    }
  }

  /** The API's own exception for the codec's. */
  static NotSendableException notSendable(UnsendableException refused) {
    NotSendableException translated =
        new NotSendableException(String.valueOf(refused.getMessage()));
    translated.initCause(refused);
    return translated;
  }

  static RejectedExecutionException closed(String name) {
    return new RejectedExecutionException(
        "submit() refused: pool=" + name + " is closed; open another, or close it later");
  }

  @Override
  public int parallelism() {
    return parallelism;
  }

  /** The workers that there are, oldest first; none when it is closed. Waits for its loop. */
  public List<WorkerInfo> workers() {
    if (loop.isLoopThread()) {
      return dispatcher.workers();
    }
    try {
      return await(loop.submit(dispatcher::workers));
    } catch (RejectedExecutionException closed) {
      return List.of();
    }
  }

  /** Lets steps try again that were refused for having crashed workers. */
  public void forgive() {
    dispatcher.end().handOver(dispatcher.answers::forgive);
  }

  /**
   * Takes no more, waits for the calls that were submitted, then ends the workers, deletes the
   * pool's files and waits for that. Suspends a task, blocks another thread. When the task is
   * cancelled, or the thread interrupted, it cancels the calls, kills the workers and waits for
   * their end. Does nothing the second time but wait.
   *
   * @throws IllegalStateException in a callback of a loop
   */
  @Override
  public void close() {
    close(null, false);
  }

  /**
   * The same, but calls that are not done after the grace are cancelled and their workers killed.
   *
   * @param grace in real time; zero or less: none
   * @return the calls that were cancelled
   */
  @Override
  public List<Call<?>> close(Duration grace) {
    return close(Objects.requireNonNull(grace, "grace"), true);
  }

  private List<Call<?>> close(@Nullable Duration grace, boolean limited) {
    if (Loop.isLoopThread(Thread.currentThread()) && Loop.current().running() == null) {
      throw new IllegalStateException(
          "close() of a pool in a callback of a loop: pool="
              + name
              + " thread="
              + Thread.currentThread().getName()
              + "; it has to wait: call it in a task");
    }
    closed = true;
    PoolEnd end = dispatcher.end();
    onLoop(
        () -> {
          inbox.drain();
          end.begin(grace);
        });
    if (loop.isClosed()) {
      end.loopEnds();
    }
    try {
      await(end.done());
    } catch (Cancelled cancelled) {
      onLoop(end::force);
      shield(() -> await(end.done()));
      throw cancelled;
    } catch (CompletionException interrupted) {
      boolean was = Thread.interrupted();
      onLoop(end::force);
      await(end.done());
      if (was) {
        Thread.currentThread().interrupt();
      }
    }
    if (ownsLoop) {
      loop.close();
    }
    return end.cancelled();
  }

  private void onLoop(Runnable action) {
    if (loop.isLoopThread()) {
      action.run();
    } else {
      dispatcher.end().handOver(action);
    }
  }

  @Override
  public String toString() {
    return "ProcessPool[" + name + " workers<=" + parallelism + (closed ? " closed]" : "]");
  }
}
