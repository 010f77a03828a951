package dev.treadle;

import dev.treadle.coroutines.internal.JvmFlags;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import java.lang.ref.ReferenceQueue;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * An event loop: one thread that runs tasks, callbacks, timers and I/O, in turns.
 *
 * <p>One turn runs what was ready at its start, in FIFO order; what becomes ready in a turn runs in
 * the next. Then the loop lets Netty poll I/O and fires due timers, never blocking while something
 * is ready: asyncio's {@code _run_once}. When turns are short, several share one poll, so that its
 * system call does not cost more than they do; the share adapts to how long they take, for tens of
 * microseconds between polls.
 *
 * <p>{@link Treadle#run} drives a loop on the calling thread; {@link #start(String)} gives it a
 * thread of its own, for embedding. Methods are confined to the loop's thread unless they say "any
 * thread".
 */
public final class Loop implements AutoCloseable {
  /** How many tasks a dump shows; more would say less. */
  static final int MOST_DUMPED = 1000;

  private static final Map<Thread, Loop> LOOPS = new ConcurrentHashMap<>();
  private static final ThreadLocal<@Nullable Loop> CURRENT = new ThreadLocal<>();

  static {
    LoopScheduler.refuseToBlock();
    // Seen from other processes, by dev.treadle.debug.Main.
    System.setProperty("dev.treadle.loops", "true");
  }

  final ArrayDeque<Object> ready = new ArrayDeque<>(256);
  final TimerHeap timers = new TimerHeap();
  final Failures failures = new Failures();
  final ForeignWaits foreign = new ForeignWaits();
  final EagerStart eager = new EagerStart();
  final ThreadPool threads;
  final Shutdown shutdown;

  /** Iterations over {@link Treadle#asCompleted} that were left before their end. */
  final ReferenceQueue<Completions<?>> abandoned = new ReferenceQueue<>();

  final Observers observers;
  final Inlet inlet;
  final Pulse pulse = new Pulse();
  private final AtomicLong taskIds = new AtomicLong();
  private final String name;
  private final Thread thread;
  private final Transport transport;
  private final NettyLoop netty;
  private final @Nullable VirtualClock virtual;
  private final TaskGroup root;
  private final LoopDriver driver;
  private final long startNanos;
  private final ThreadLimiter threadLimiter;
  private final boolean debug;
  private final @Nullable StallWatch watch;

  /** {@link #time()} at the last poll; what it costs no look at the clock to know. */
  int coarseMillis;

  Loop(LoopBuilder options, Thread thread) {
    JvmFlags.require();
    this.name = options.name;
    this.thread = thread;
    this.virtual = options.clock;
    this.debug = options.debug();
    if (debug) {
      Origins.turnOn();
    }
    this.observers = new Observers(this, options.instrument, options.slowNanos());
    this.transport = options.transport == null ? Transport.preferred() : options.transport;
    ChannelWatch channels = options.channelWatch();
    IoHandlerFactory factory = transport.factory();
    this.netty =
        new NettyLoop(
            thread, channels == null ? factory : channels.watching(factory), options.ticker());
    this.inlet = new Inlet(netty, thread);
    this.startNanos = netty.ticker().nanoTime();
    this.threads = new ThreadPool(name);
    this.shutdown = new Shutdown(this, options);
    this.threadLimiter = new ThreadLimiter(options.threads);
    this.root = TaskGroup.root(this);
    this.driver = new LoopDriver(this, netty, channels, options);
    if (options.failureHandler != null) {
      failures.setHandler(options.failureHandler);
    }
    this.watch = options.watch(this);
  }

  /** Options for a loop: clock, transport, name, handlers. Any thread. */
  public static LoopBuilder builder() {
    return new LoopBuilder();
  }

  /** Starts a loop on a daemon thread of its own, which ends when it is closed. Any thread. */
  public static Loop start(String name) {
    return builder().name(name).start();
  }

  /**
   * The loop that runs on this thread.
   *
   * @throws IllegalStateException if none does
   */
  public static Loop current() {
    Loop loop = CURRENT.get();
    if (loop == null) {
      throw LoopErrors.noLoop();
    }
    return loop;
  }

  static @Nullable Loop currentOrNull() {
    return CURRENT.get();
  }

  /** The loops that run in this JVM now, in no order. Any thread. */
  public static List<Loop> all() {
    return List.copyOf(LOOPS.values());
  }

  /** Whether a loop runs on the given thread now. Any thread. */
  public static boolean isLoopThread(Thread thread) {
    return LOOPS.containsKey(thread);
  }

  /** Whether the caller is on this loop's thread. Any thread. */
  public boolean isLoopThread() {
    return Thread.currentThread() == thread;
  }

  /** The loop's name. Any thread. */
  public String name() {
    return name;
  }

  /** The thread all of this loop's code runs on. Any thread. */
  public Thread thread() {
    return thread;
  }

  /** Whether the loop is in debug mode, see {@link LoopBuilder#debug}. Any thread. */
  public boolean isDebug() {
    return debug;
  }

  /** How this loop waits for I/O. Any thread. */
  public Transport transport() {
    return transport;
  }

  /** Netty's view of this loop, for channels and for Reactor Netty. Any thread. */
  public IoEventLoop nettyLoop() {
    return netty;
  }

  /** This loop for Reactor, delays by its clock; to dispose of it has no effect. Any thread. */
  public Scheduler scheduler() {
    return new LoopScheduler(this);
  }

  /** The time since the loop was made, monotonic; what {@link #callAt} counts in. Any thread. */
  public Duration time() {
    return Duration.ofNanos(nanoTime() - startNanos);
  }

  /** Wall time as this loop sees it: the system's, or that of its virtual clock. Any thread. */
  public Clock clock() {
    return virtual == null ? Clock.systemDefaultZone() : new LoopClock(virtual);
  }

  /**
   * Calls back in the next turn.
   *
   * <p>The callback sees none of a task's {@code ScopedValue} bindings, only those around {@link
   * Treadle#run}: it may outlive the {@code where} that was open at the call. Spawn a task to take
   * them along.
   *
   * @throws IllegalStateException on another thread (use {@link #execute} there), or if the loop is
   *     closed
   */
  public Handle callSoon(Runnable callback) {
    requireOpen("callSoon()");
    Handle handle = new Handle(this, Objects.requireNonNull(callback, "callback"));
    ready.add(handle);
    return handle;
  }

  /**
   * Calls back when the time has passed; zero or less: in the next turn. Callbacks of one deadline
   * run in the order of the calls.
   *
   * @throws IllegalStateException on another thread, or if the loop is closed
   */
  public Handle callLater(Duration delay, Runnable callback) {
    if (delay.isZero() || delay.isNegative()) {
      return callSoon(callback);
    }
    return callAtNanos("callLater()", deadlineAfter(delay), callback);
  }

  /** The same for a time of {@link #time()}. */
  public Handle callAt(Duration when, Runnable callback) {
    // Not by way of callLater: two calls for one time would read the clock at different moments.
    long deadline = when.isNegative() ? startNanos : startNanos + Durations.toNanos(when);
    return deadline - nanoTime() <= 0 && !timers.isAnyDueBy(deadline)
        ? callSoon(callback)
        : callAtNanos("callAt()", deadline, callback);
  }

  private Handle callAtNanos(String operation, long deadline, Runnable callback) {
    requireOpen(operation);
    Handle handle = new Handle(this, Objects.requireNonNull(callback, "callback"));
    timers.add(handle, deadline);
    return handle;
  }

  /**
   * Runs the callback on the loop's thread, in a later turn and after those handed over before. Any
   * thread.
   *
   * @throws RejectedExecutionException if the loop is closed
   */
  public void execute(Runnable callback) {
    Objects.requireNonNull(callback, "callback");
    if (isLoopThread() && !isClosed()) {
      ready.add(new Handle(this, callback));
      return;
    }
    // Made here, where it says who asked for it.
    Handle handle = new Handle(this, callback);
    if (!inlet.handOver(() -> ready.add(handle))) {
      throw new RejectedExecutionException("execute() refused: loop=" + name + " is closed");
    }
  }

  /**
   * Spawns a task from outside: asyncio's {@code run_coroutine_threadsafe}. Its {@code
   * ScopedValue}s are those of the caller. Await the task on a loop; {@link Treadle#await} blocks a
   * thread that has none. Any thread.
   *
   * @throws RejectedExecutionException if the loop is closed
   */
  public <T extends @Nullable Object> Task<T> submit(Callable<T> body) {
    return submit(null, body);
  }

  /** The same with a name. Any thread. */
  public <T extends @Nullable Object> Task<T> submit(@Nullable String taskName, Callable<T> body) {
    Task<T> task = new Task<>(root, taskName, Objects.requireNonNull(body, "body"));
    execute(() -> driver.adopt(task));
    return task;
  }

  /** The same for a body without a value. Any thread. */
  public Task<@Nullable Void> submit(@Nullable String taskName, Action<Exception> body) {
    return submit(taskName, Valueless.callable(body));
  }

  /** All tasks that have not ended, parents before children. */
  public List<Task<?>> tasks() {
    requireLoopThread("tasks()");
    return TaskTree.all(root);
  }

  /**
   * The tree of all tasks with what each waits for, for how long and where, and who waits for it;
   * for people. Of more than a thousand tasks the first thousand.
   */
  public String dump() {
    requireLoopThread("dump()");
    return TaskTree.snapshot(this, MOST_DUMPED).dump();
  }

  /** The same as data, with all tasks. */
  public LoopInfo snapshot() {
    requireLoopThread("snapshot()");
    return TaskTree.snapshot(this, Integer.MAX_VALUE);
  }

  /**
   * The same from outside. Blocks until the loop has answered, between two of its turns; when it
   * does not in the given time, because a step takes long or blocks, {@link LoopInfo#silence()}
   * says so, and the snapshot has what can be read from outside. Any thread.
   *
   * @param within how long to wait
   * @param mostTasks how many tasks to describe; the rest is only counted
   */
  public LoopInfo snapshot(Duration within, int mostTasks) {
    return isLoopThread()
        ? TaskTree.snapshot(this, mostTasks)
        : LoopProbe.ask(this, within, mostTasks);
  }

  /**
   * {@link Treadle#checkCancelled()} for an awaitable that knows its loop: a look at the loop's
   * running task, where the other asks the thread's continuations. On the loop's thread.
   *
   * @throws Cancelled if the scope of the task that runs now is cancelled
   */
  public void checkCancelled() {
    checkThread("Loop.checkCancelled()");
    Task<?> task = running();
    if (task != null) {
      task.checkCancelled();
    }
  }

  /** Replaces what gets the failures nobody observes; the default logs them. Any thread. */
  public void setFailureHandler(FailureHandler handler) {
    failures.setHandler(Objects.requireNonNull(handler, "handler"));
  }

  /**
   * Hands a failure to the failure handler, as the loop does itself; for libraries whose callbacks
   * have no caller to throw at. Its traces are tidied. On the loop's thread.
   */
  public void reportFailure(String source, Throwable failure) {
    checkThread("reportFailure()");
    Task<?> task = running();
    Traces.tidy(failure, task != null && task.isMain());
    failures.report(source, failure);
  }

  /**
   * Says that work is outstanding outside the loop until the hold is closed. Any thread.
   *
   * @param reason what is outstanding, for diagnosis
   */
  public Hold hold(String reason) {
    return foreign.hold(this, Objects.requireNonNull(reason, "reason"));
  }

  /** What limits {@link Treadle#onThread(Block)} where no other limiter is given. Any thread. */
  public ThreadLimiter threadLimiter() {
    return threadLimiter;
  }

  /**
   * Ends the loop: cancels every task, the main task of a borrowed thread too, waits until all have
   * ended, reports the failures nobody observed, then closes the transport and the thread. From
   * another thread it waits for all of that, in the time of {@link LoopBuilder#shutdownGrace} if
   * there is one; on the loop's own it returns at once. Does nothing the second time. Any thread.
   */
  @Override
  public void close() {
    driver.requestClose(null);
    if (!isLoopThread()) {
      shutdown.await(null);
    }
  }

  /**
   * The same in limited time. Tasks are cancelled and have the grace to clean up. What has not
   * ended then is forced: shields no longer hold, so that every suspension throws {@link
   * Cancelled}, and threads of {@link Treadle#onThread} are left behind, interrupted. A task that
   * has not ended after a second grace is dropped where it is: its {@code finally} blocks do not
   * run, and who awaits it gets a {@link java.util.concurrent.CancellationException}. A task that
   * keeps the loop's thread itself cannot be stopped: then this returns while the loop is still
   * there.
   *
   * <p>So it takes two graces and a second at most. On a virtual clock the graces are in virtual
   * time, and in real time where that stands still. Any thread but the loop's own.
   *
   * @return what did not stop, and where it is; goes to the failure handler, too, unless clean
   * @throws IllegalStateException on the loop's own thread
   * @throws IllegalArgumentException if the grace is zero or negative
   */
  public ShutdownReport close(Duration grace) {
    LoopBuilder.requireGrace(grace);
    if (isLoopThread()) {
      throw LoopErrors.cannotWaitForItself(this);
    }
    driver.requestClose(grace);
    return shutdown.await(grace);
  }

  /** Whether the loop has ended. Any thread. */
  public boolean isClosed() {
    return inlet.isClosed();
  }

  @Override
  public String toString() {
    return "Loop[" + name + " " + transport.propertyValue() + (isClosed() ? " closed]" : "]");
  }

  boolean hasClock(VirtualClock clock) {
    return virtual == clock;
  }

  TaskGroup root() {
    return root;
  }

  LoopDriver driver() {
    return driver;
  }

  void enter() {
    CURRENT.set(this);
    LOOPS.put(thread, this);
    if (watch != null) {
      Watchdog.add(this, watch);
    }
  }

  /** Ends the loop, with one last turn for what was accepted until then. */
  void leave() {
    try {
      inlet.close(driver::lastTurn);
    } finally {
      if (watch != null) {
        Watchdog.remove(this);
      }
      threads.close();
      LOOPS.remove(thread);
      CURRENT.remove();
      shutdown.ended();
    }
  }

  /**
   * The task in its turn now, or null: {@link Treadle#currentTask()} for an awaitable that knows
   * its loop and thread, and a look from outside. Any thread.
   */
  public @Nullable Task<?> running() {
    return pulse.task();
  }

  void setRunning(@Nullable Task<?> task) {
    pulse.task(task);
  }

  /** The loop has polled at the given time of its ticker. */
  void polledAt(long now) {
    coarseMillis = (int) ((now - startNanos) / 1_000_000);
  }

  long nextTaskId() {
    return taskIds.incrementAndGet();
  }

  long nanoTime() {
    return netty.ticker().nanoTime();
  }

  /** A deadline on the ticker; durations too long for it mean "in a hundred years". */
  long deadlineAfter(Duration delay) {
    return nanoTime() + Durations.toNanos(delay);
  }

  void requireLoopThread(String operation) {
    if (Thread.currentThread() != thread) {
      throw LoopErrors.wrongThread(operation, this);
    }
  }

  /** The same in debug mode alone, for what is called too often to be looked at always. */
  void checkThread(String operation) {
    // When the loop has closed there is no thread of its any more to confine anything to.
    if (debug && !isClosed()) {
      requireLoopThread(operation);
    }
  }

  private void requireOpen(String operation) {
    requireLoopThread(operation);
    // In the last turn the loop still is current: what is called then is dropped, as in asyncio.
    if (isClosed() && CURRENT.get() != this) {
      throw new IllegalStateException(operation + " refused: loop=" + name + " is closed");
    }
  }

  /** Calls back in the next turn or, when there is none any more, at once. */
  void callSoonOrNow(Runnable callback) {
    Handle handle = new Handle(this, callback);
    if (isClosed()) {
      handle.run();
    } else {
      ready.add(handle);
    }
  }
}
