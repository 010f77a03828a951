package dev.treadle;

import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Options for a {@link Loop}; ends in {@link #start()} or {@link #run}. Not thread-safe. */
public final class LoopBuilder {
  /** More would hardly help what waits for disks, and each costs a stack. */
  static final int DEFAULT_THREADS = 64;

  private static final String STALL_MILLIS = "treadle.stall-millis";
  private static final String DEBUG = "treadle.debug";
  private static final Duration STALL_AFTER = Duration.ofMillis(100);

  /** In the first second a cold JVM loads classes for longer than a warm one may take. */
  private static final Duration WARM_UP = Duration.ofSeconds(1);

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

  private @Nullable Duration stallAfter;
  private Consumer<Stall> stallHandler = Watchdog::log;
  private boolean debug = isDebugByDefault();
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
   * How long one step of the loop (a turn of a task, a callback, an I/O handler) may take before
   * the watchdog reports a {@link Stall}; zero: it does not watch. Without this it is 100 ms, or
   * what {@code -Dtreadle.stall-millis} says, and a loop is not watched on virtual time, nor in its
   * first second. Under a debugger nothing is reported.
   */
  public LoopBuilder stallAfter(Duration threshold) {
    if (threshold.isNegative()) {
      throw new IllegalArgumentException(
          "stallAfter must not be negative: stallAfter=" + threshold + "; zero turns it off");
    }
    this.stallAfter = threshold;
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

  /**
   * What gets the stalls; without this they are logged. It is called on the watchdog's thread while
   * the loop stalls, again each time that has lasted ten times longer, and once when it is over.
   */
  public LoopBuilder onStall(Consumer<Stall> handler) {
    this.stallHandler = Objects.requireNonNull(handler, "handler");
    return this;
  }

  /**
   * Debug mode, asyncio's {@code set_debug}; without this, what {@code -Dtreadle.debug} says. The
   * loop then refuses calls from a wrong thread wherever it can tell and awaits inside {@code
   * synchronized}, remembers where tasks, handles, scopes and deferreds were made, and logs each
   * step that took longer than {@link #stallAfter}. Slow: not for production.
   */
  public LoopBuilder debug(boolean on) {
    this.debug = on;
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
    run(Valueless.callable(body));
  }

  /** What knows the loop's channels; null for a loop that need not know. */
  @Nullable ChannelWatch channelWatch() {
    return deadlockAfter == null ? null : new ChannelWatch(clock != null);
  }

  static boolean isDebugByDefault() {
    return Boolean.getBoolean(DEBUG);
  }

  boolean debug() {
    return debug;
  }

  /** From when on debug mode calls a step slow; zero: never. */
  long slowNanos() {
    return debug ? Durations.toNanos(threshold()) : 0;
  }

  /** The watch of a loop made with these options, or null. */
  @Nullable StallWatch watch(Loop loop) {
    if (threshold().isZero() || (clock != null && stallAfter == null)) {
      return null;
    }
    boolean asked = stallAfter != null || System.getProperty(STALL_MILLIS) != null;
    long from = System.nanoTime() + (asked ? 0 : WARM_UP.toNanos());
    return new StallWatch(loop, threshold(), stallHandler, from);
  }

  private Duration threshold() {
    return stallAfter != null
        ? stallAfter
        : Duration.ofMillis(Math.max(0, Long.getLong(STALL_MILLIS, STALL_AFTER.toMillis())));
  }

  Ticker ticker() {
    return clock == null ? Ticker.systemTicker() : clock.ticker();
  }
}
