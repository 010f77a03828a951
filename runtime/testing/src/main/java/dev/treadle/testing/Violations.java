package dev.treadle.testing;

import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.lang.StackWalker.StackFrame;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import reactor.blockhound.BlockingMethod;
import reactor.blockhound.BlockingOperationError;

/** What happens when BlockHound has caught a thread about to block. */
final class Violations {
  private static final StackWalker STACK =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
  private static final List<Consumer<Violation>> LISTENERS = new CopyOnWriteArrayList<>();
  private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);

  private Violations() {}

  static void listen(List<Consumer<Violation>> more) {
    LISTENERS.addAll(more);
  }

  /** Called by BlockHound in place of the blocking method; returning lets the call go on. */
  static void caught(BlockingMethod method) {
    if (Probe.isOn()) {
      throw Probe.Refused.INSTANCE;
    }
    if (INSIDE.get()) {
      // Class loading by the code below.
      return;
    }
    INSIDE.set(true);
    Error error;
    try {
      List<StackFrame> stack = STACK.walk(Stream::toList);
      if (Allowances.cover(stack)) {
        return;
      }
      error = error(method, stack);
    } finally {
      INSIDE.set(false);
    }
    throw error;
  }

  private static Error error(BlockingMethod method, List<StackFrame> stack) {
    if (!Loop.isLoopThread(Thread.currentThread())) {
      // Somebody else's non-blocking thread, such as Reactor's: what BlockHound does by itself.
      return new BlockingOperationError(method);
    }
    BlockingCallError error = new BlockingCallError(violation(method, stack));
    Recording.add(error);
    LISTENERS.forEach(listener -> listener.accept(error.violation()));
    return error;
  }

  private static Violation violation(BlockingMethod method, List<StackFrame> stack) {
    CallSite site = CallSite.of(method, stack);
    Task<?> task = Treadle.currentTask();
    String blocked = method.getClassName() + "." + method.getName();
    return new Violation(
        site.call(),
        blocked,
        task == null ? "none" : task.name(),
        Thread.currentThread().getName(),
        site.at(),
        site.path(),
        Remedies.of(site.call(), blocked));
  }
}
