package dev.treadle.coroutines.internal;

import dev.treadle.coroutines.PinnedException;
import java.lang.StackWalker.StackFrame;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import jdk.internal.vm.Continuation;
import jdk.internal.vm.ContinuationScope;
import org.jspecify.annotations.Nullable;

/**
 * A one-shot stack that can leave its thread and come back: the one class that touches the JDK's
 * continuations. Tasks and generators use two scopes, so that a task can suspend from inside the
 * generators it is stepping and take them along.
 *
 * <p>The JDK keeps {@code ScopedValue} bindings in the {@code Thread}. Each switch swaps them, so
 * that they belong to the fiber: a fiber starts with the bindings of the code that made it.
 */
public final class Fiber extends Continuation {
  private static final ContinuationScope TASK = new ContinuationScope("treadle-task");
  private static final ContinuationScope GENERATOR = new ContinuationScope("treadle-generator");
  private static final VarHandle BINDINGS = bindingsHandle();
  private static final MethodHandle SET_CACHE = cacheHandle();

  /** Found when it is first needed: most programs never look. */
  private static @Nullable Walk walk;

  private final Object host;
  private @Nullable Object bindings;
  private @Nullable Pinned pinned;

  private Fiber(ContinuationScope scope, Object host, Runnable body) {
    super(scope, body);
    this.host = host;
    this.bindings = BINDINGS.get(Thread.currentThread());
  }

  private static VarHandle bindingsHandle() {
    try {
      return MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup())
          .findVarHandle(Thread.class, "scopedValueBindings", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(
          "this JDK keeps ScopedValue bindings elsewhere: jdk=" + Runtime.version(), e);
    }
  }

  private static MethodHandle cacheHandle() {
    try {
      return MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup())
          .findStatic(
              Thread.class,
              "setScopedValueCache",
              MethodType.methodType(void.class, Object[].class));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(
          "this JDK keeps the ScopedValue cache elsewhere: jdk=" + Runtime.version(), e);
    }
  }

  /** A fiber for a task; {@code body} must not throw. */
  public static Fiber task(TaskHost host, Runnable body) {
    return new Fiber(TASK, host, body);
  }

  /** A fiber for a generator or a send-style coroutine; {@code body} must not throw. */
  public static Fiber generator(Object host, Runnable body) {
    return new Fiber(GENERATOR, host, body);
  }

  /** Runs the body on the calling thread until it suspends this fiber or ends. */
  public void resume() {
    Thread thread = Thread.currentThread();
    Object outer = BINDINGS.get(thread);
    BINDINGS.set(thread, bindings);
    try {
      run();
    } finally {
      // The thread may have changed under a generator on a virtual thread's carrier, never the
      // Thread object: a continuation is resumed within one call of run().
      bindings = BINDINGS.get(thread);
      BINDINGS.set(thread, outer);
    }
  }

  /** The {@code ScopedValue} bindings of the calling code, for {@link #runWith}. */
  public static @Nullable Object currentBindings() {
    return BINDINGS.get(Thread.currentThread());
  }

  /** Runs the body on the calling thread with bindings taken on another. */
  public static void runWith(@Nullable Object bindings, Runnable body) {
    Thread thread = Thread.currentThread();
    Object outer = BINDINGS.get(thread);
    rebind(thread, bindings);
    try {
      body.run();
    } finally {
      rebind(thread, outer);
    }
  }

  /** A continuation's switch drops the thread's cache of bound values; here it is for us to do. */
  private static void rebind(Thread thread, @Nullable Object bindings) {
    BINDINGS.set(thread, bindings);
    try {
      SET_CACHE.invokeExact((Object[]) null);
    } catch (Throwable e) {
      throw new LinkageError("setScopedValueCache failed: jdk=" + Runtime.version(), e);
    }
  }

  /**
   * Suspends the task that is running on this thread, with every generator it is inside.
   *
   * @throws PinnedException when the stack cannot leave the thread; nothing is suspended
   */
  public static void suspendTask() {
    if (!Continuation.yield(TASK)) {
      throw pinned();
    }
  }

  /**
   * Suspends the innermost generator running on this thread.
   *
   * @throws PinnedException when the stack cannot leave the thread; nothing is suspended
   */
  public static void suspendGenerator() {
    if (!Continuation.yield(GENERATOR)) {
      throw pinned();
    }
  }

  /** The host of the innermost task running on this thread, or null. */
  public static @Nullable TaskHost currentTask() {
    return Continuation.getCurrentContinuation(TASK) instanceof Fiber fiber
        ? (TaskHost) fiber.host
        : null;
  }

  /** The host of the innermost generator on this thread, or null. */
  public static @Nullable Object currentGenerator() {
    return Continuation.getCurrentContinuation(GENERATOR) instanceof Fiber fiber
        ? fiber.host
        : null;
  }

  /** The frames of this fiber while it is suspended, innermost first, without this class's own. */
  public List<StackFrame> frames() {
    Walk walk = Fiber.walk;
    if (walk == null) {
      walk = Walk.find();
      Fiber.walk = walk;
    }
    List<StackFrame> found = new ArrayList<>();
    Continuation next = (Continuation) walk.start.get(stackWalker(Set.of(), getScope()));
    // One by one: a walk that goes on from a generator to the fiber that steps it loses the
    // latter's
    // frames where the former's just fill a batch (JDK 25).
    while (next instanceof Fiber fiber) {
      StackWalker walker = walk.over(fiber);
      walker.forEach(
          frame -> {
            if (Frames.isUseful(frame)) {
              found.add(frame);
            }
          });
      next = fiber == this ? null : fiber.getParent();
    }
    return found;
  }

  /**
   * The {@code synchronized} blocks this fiber is suspended in, innermost first; empty where the
   * JDK does not tell. The fiber must not be resumed meanwhile.
   */
  public List<HeldMonitor> monitors() {
    return LiveFrames.monitors(getScope(), this);
  }

  /**
   * Only remembers why. A virtual thread that parks inside a fiber comes here too, and that must
   * not throw: it then parks its carrier instead.
   */
  @Override
  protected void onPinned(Pinned reason) {
    pinned = reason;
  }

  private static PinnedException pinned() {
    Pinned reason = null;
    for (ContinuationScope scope : new ContinuationScope[] {TASK, GENERATOR}) {
      if (Continuation.getCurrentContinuation(scope) instanceof Fiber fiber
          && fiber.pinned != null) {
        reason = fiber.pinned;
        fiber.pinned = null;
      }
    }
    return PinnedFrames.exception(reason == null ? "UNKNOWN" : reason.name());
  }

  /** How to walk one continuation, without those that it is inside. */
  private record Walk(MethodHandle make, VarHandle start) {
    static Walk find() {
      try {
        MethodHandles.Lookup lookup =
            MethodHandles.privateLookupIn(StackWalker.class, MethodHandles.lookup());
        Class<?> extended = lookup.findClass("java.lang.StackWalker$ExtendedOption");
        return new Walk(
            lookup.findStatic(
                StackWalker.class,
                "newInstance",
                MethodType.methodType(
                    StackWalker.class,
                    Set.class,
                    extended,
                    ContinuationScope.class,
                    Continuation.class)),
            lookup.findVarHandle(StackWalker.class, "continuation", Continuation.class));
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(
            "this JDK walks continuations otherwise: jdk=" + Runtime.version(), e);
      }
    }

    StackWalker over(Fiber fiber) {
      try {
        return (StackWalker) make.invoke(Set.of(), null, fiber.getScope(), fiber);
      } catch (Throwable unable) {
        throw new LinkageError("a fiber cannot be walked: jdk=" + Runtime.version(), unable);
      }
    }
  }
}
