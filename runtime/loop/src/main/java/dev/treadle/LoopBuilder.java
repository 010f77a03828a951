package dev.treadle;

import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Options for a {@link Loop}; ends in {@link #start()} or {@link #run}. Not thread-safe. */
public final class LoopBuilder {
  /** More would hardly help what waits for disks, and each costs a stack. */
  static final int DEFAULT_THREADS = 64;

  String name = "loop";
  @Nullable Transport transport;
  @Nullable VirtualClock clock;
  @Nullable Instrument instrument;
  @Nullable FailureHandler failureHandler;
  @Nullable Duration deadlockAfter;
  @Nullable Duration shutdownGrace;

  /** How long an end without a grace may take before it is logged why. */
  Duration patience = Duration.ofSeconds(10);

  int threads = DEFAULT_THREADS;
  @Nullable Long chaosSeed;
  private boolean handlesInterrupt = true;

  LoopBuilder() {}

  /** The loop's name, and its thread's if it has one of its own. */
  public LoopBuilder name(String loopName) {
    this.name = Objects.requireNonNull(loopName, "name");
    return this;
  }

  /** How to wait for I/O; without this, {@link Transport#preferred()}. */
  public LoopBuilder transport(Transport loopTransport) {
    this.transport = Objects.requireNonNull(loopTransport, "transport");
    return this;
  }

  /**
   * Runs the loop on virtual time. It then also detects deadlocks, unless {@link #deadlockAfter}
   * says otherwise, after one second of nothing happening.
   */
  public LoopBuilder clock(VirtualClock virtualClock) {
    this.clock = Objects.requireNonNull(virtualClock, "clock");
    if (deadlockAfter == null) {
      deadlockAfter = Duration.ofSeconds(1);
    }
    return this;
  }

  /** What sees the loop at work. */
  public LoopBuilder instrument(Instrument sees) {
    this.instrument = Objects.requireNonNull(sees, "instrument");
    return this;
  }

  /** What gets the failures nobody observes; without this they are logged. */
  public LoopBuilder onFailure(FailureHandler handler) {
    this.failureHandler = Objects.requireNonNull(handler, "handler");
    return this;
  }

  /**
   * Ends {@link #run} with a {@link DeadlockException} when nothing is ready, no timer is pending,
   * nothing is outstanding, and nothing arrives from outside in this much real time. On real time
   * an open channel, a task that awaits a future, and a {@link Loop#hold} are reasons to wait on.
   */
  public LoopBuilder deadlockAfter(Duration grace) {
    if (grace.isZero() || grace.isNegative()) {
      throw new IllegalArgumentException(
          "deadlockAfter must be positive: deadlockAfter=" + grace + "; give a second or more");
    }
    this.deadlockAfter = grace;
    return this;
  }

  /**
   * Limits how long the loop's end may take: {@link #run}'s, also after Ctrl-C, and {@link
   * Loop#close()}'s. Tasks that have not ended when it has passed are forced, as {@link
   * Loop#close(Duration)} says. Without this the end waits for every clean-up, and after ten
   * seconds logs what it is waiting for.
   *
   * @throws IllegalArgumentException if it is zero or negative
   */
  public LoopBuilder shutdownGrace(Duration grace) {
    this.shutdownGrace = requireGrace(grace);
    return this;
  }

  static Duration requireGrace(Duration grace) {
    if (grace.isZero() || grace.isNegative()) {
      throw new IllegalArgumentException(
          "a grace must be positive: grace=" + grace + "; give the time a clean-up may take");
    }
    return grace;
  }

  /**
   * How many bodies {@link Treadle#onThread(Block)} runs at once at most; 64 without this. It is
   * the total of {@link Loop#threadLimiter()}, which can change it later.
   *
   * @throws IllegalArgumentException if there is not to be one
   */
  public LoopBuilder threads(int most) {
    this.threads = ThreadLimiter.requirePositive(most);
    return this;
  }

  /**
   * Runs ready tasks in an order drawn from the seed, to find code that relies on more than it may:
   *
   * <ul>
   *   <li>the tasks that are ready run in any order, and each may be held back for up to 63 turns;
   *   <li>callbacks keep their turn and their order; their place among the tasks is drawn;
   *   <li>what a queue, a lock or a {@link WaitQueue} hands over, and to whom, stays FIFO: only
   *       when the one who was handed it goes on is drawn. Timers fire as ever.
   * </ul>
   *
   * <p>On a {@link #clock virtual clock}, for a program that takes nothing from outside, the same
   * seed gives the same order, always. On real time it does not. After Burckhardt et al., "A
   * Randomized Scheduler with Probabilistic Guarantees of Finding Bugs".
   */
  public LoopBuilder chaos(long seed) {
    this.chaosSeed = seed;
    return this;
  }

  /** Whether {@link #run} on the main thread turns Ctrl-C into a cancellation; true by default. */
  public LoopBuilder handleInterrupt(boolean handle) {
    this.handlesInterrupt = handle;
    return this;
  }

  /** Starts the loop on a daemon thread of its own and returns once it runs. */
  public Loop start() {
    CompletableFuture<Loop> started = new CompletableFuture<>();
    Thread thread =
        new LoopThread(
            () -> {
              Loop loop;
              try {
                loop = new Loop(this, Thread.currentThread());
                loop.enter();
              } catch (Throwable failure) {
                started.completeExceptionally(failure);
                return;
              }
              started.complete(loop);
              loop.driver().runUntilClosed();
            },
            name);
    thread.start();
    try {
      return started.join();
    } catch (java.util.concurrent.CompletionException e) {
      throw Outcome.unchecked(e.getCause() == null ? e : e.getCause());
    }
  }

  /** As {@link Treadle#run(Callable)}, with these options. */
  public <T extends @Nullable Object> T run(Callable<T> body) {
    Objects.requireNonNull(body, "body");
    Thread thread = Thread.currentThread();
    Loop outer = Loop.currentOrNull();
    if (outer != null) {
      throw new IllegalStateException(
          "run() inside a running loop: loop=" + outer.name() + "; use spawn(...) or await(...)");
    }
    if (thread.isVirtual()) {
      throw new IllegalStateException(
          "run() on a virtual thread: thread="
              + thread
              + "; a loop needs a platform thread: call it on one, or use Loop.start(...)");
    }
    Loop loop = new Loop(this, thread);
    loop.enter();
    return loop.driver().runMain(body, handlesInterrupt && Interrupt.isMainThread(thread));
  }

  /** The same for a body without a value. */
  public void run(Action<Exception> body) {
    run(Treadle.callable(body));
  }

  /** What knows the loop's channels; null for a loop that need not know. */
  @Nullable ChannelWatch channelWatch() {
    return deadlockAfter == null ? null : new ChannelWatch(clock != null);
  }

  Ticker ticker() {
    return clock == null ? Ticker.systemTicker() : clock.ticker();
  }
}
