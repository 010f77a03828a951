package dev.treadle.coroutines.internal;

import dev.treadle.coroutines.Coroutine.State;
import dev.treadle.coroutines.GeneratorExit;
import dev.treadle.coroutines.StopIteration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One suspendable body and the protocol of PEP 342 and 380 around it; {@code Generator} and {@code
 * Coroutine} are its two faces.
 *
 * <p>Delegation is a chain of steppers linked by {@link #delegate}. A step of the outermost runs
 * the innermost directly, so that an element costs one switch at any depth; only when the innermost
 * ends does the one above it run. A step allocates nothing and writes no volatile.
 */
public final class Stepper extends OpenBody implements Runnable {
  /** The code to suspend. */
  @FunctionalInterface
  public interface Body {
    /** Runs the code; {@code self} is for its yields. */
    @Nullable Object run(Stepper self) throws Exception;
  }

  private final String kind;
  private final boolean takesValues;
  // Both are dropped at the end, which releases the stack and what the body captured.
  private @Nullable Fiber fiber;
  private @Nullable Body body;

  private boolean started;
  // While it runs: the task that steps it, or the thread where there is none. Null otherwise.
  private @Nullable Object runner;
  private @Nullable Object scope;
  private @Nullable Stepper delegate;

  private @Nullable Object sent;
  private @Nullable Throwable thrown;
  // What was yielded, later what was returned.
  private @Nullable Object value;
  private boolean ready;
  private @Nullable State end;
  private @Nullable Throwable failure;

  /** Where it will be closed at the latest; null outside a task. */
  private @Nullable OpenBodies home;

  /** What this body has made and not ended, in a task. */
  private @Nullable OpenBodies own;

  /** Whether it was ended by the stretch it belonged to, with steps still to come. */
  private boolean abandoned;

  /**
   * A body that has not started.
   *
   * @param kind how messages call it
   * @param takesValues whether something may be sent to it
   */
  public Stepper(String kind, boolean takesValues, Body body) {
    this.kind = kind;
    this.takesValues = takesValues;
    this.body = body;
    this.fiber = Fiber.generator(this, this);
    this.home = OpenBodies.here();
  }

  /** Whether a yielded value waits for {@link #take}. */
  public boolean isReady() {
    return ready;
  }

  /** The value that {@link #advance} announced. */
  public @Nullable Object take() {
    Object taken = value;
    value = null;
    ready = false;
    return taken;
  }

  /** Whether the body has ended. */
  public boolean isDone() {
    return fiber == null;
  }

  /** Where it is in its life. */
  public State state() {
    if (end != null) {
      return end;
    }
    if (innermost().runner != null) {
      return State.RUNNING;
    }
    return started ? State.SUSPENDED : State.CREATED;
  }

  /** What the body returned. */
  public @Nullable Object result() {
    if (end != State.RETURNED) {
      throw StepErrors.noResult(this, failure);
    }
    return value;
  }

  /** Refuses a value that no yield is there to receive. */
  public void requireStarted(Object value) {
    if (!started && end == null) {
      throw StepErrors.notStarted(this, value);
    }
  }

  /**
   * Runs until the next yield and says whether there was one; false when the body returned.
   *
   * @param in what the yield gives in the body
   * @param raise what it throws instead, or null
   */
  public boolean advance(@Nullable Object in, @Nullable Throwable raise) {
    Stepper s = this;
    if (delegate != null) {
      s = innermost();
      if (s.runner == null && raise instanceof GeneratorExit) {
        raise = closeDelegates(raise);
        s = this;
      } else if (raise == null) {
        s = firstReady();
      }
    }
    if (s.runner != null) {
      throw StepErrors.running(s, s.runner);
    }
    while (true) {
      if (in != null && !s.takesValues && s != this) {
        raise = StepErrors.cannotSend(s, in);
      } else {
        if (s.fiber != null && !(s.ready && raise == null)) {
          s.ready = false;
          s.turn(in, raise);
          raise = s.failure;
        } else if (s == this && raise != null) {
          throw Failures.raise(Failures.unchecked(raise));
        }
        if (s.delegate != null) {
          s = s.delegate.firstReady();
          in = null;
          continue;
        }
        if (s.ready || s.fiber != null) {
          return yielded(s);
        }
        if (s == this) {
          if (raise != null) {
            throw Failures.raise(raise);
          }
          if (abandoned) {
            throw StepErrors.abandoned(this);
          }
          return false;
        }
      }
      Stepper outer = outerOf(s);
      if (raise != null && !(raise instanceof GeneratorExit)) {
        DelegatedFrom.note(raise, chainDownTo(outer));
      }
      outer.delegate = null;
      in = null;
      s = outer;
    }
  }

  private boolean yielded(Stepper s) {
    s.ready = false;
    if (s != this) {
      value = s.value;
      s.value = null;
    }
    ready = true;
    return true;
  }

  /** One switch into this very body and back. */
  private void turn(@Nullable Object in, @Nullable Throwable raise) {
    Fiber stack = fiber;
    if (stack == null) {
      return;
    }
    if (!started && raise != null) {
      fail(raise);
      release();
      return;
    }
    TaskHost task = Fiber.currentTask();
    if (task == null) {
      runner = Thread.currentThread();
    } else {
      runner = task;
      scope = task.innermostScope();
    }
    home = OpenBodies.settle(this, started, task, home);
    started = true;
    sent = in;
    thrown = raise;
    try {
      stack.resume();
    } finally {
      runner = null;
      scope = null;
    }
    if (end != null) {
      release();
    }
  }

  /** Whether a body made now in the task is made by this body, outside any scope it opened. */
  boolean isInnermostOf(TaskHost task) {
    return runner == task && scope == task.innermostScope();
  }

  OpenBodies ownBodies() {
    OpenBodies bodies = own;
    if (bodies == null) {
      bodies = new OpenBodies();
      own = bodies;
    }
    return bodies;
  }

  /** The fiber's body; whatever it throws is kept for the step. */
  @Override
  public void run() {
    Body code = body;
    if (code == null) {
      return;
    }
    Throwable problem = null;
    try {
      value = code.run(this);
    } catch (Throwable t) {
      problem = t;
    }
    if (own != null) {
      problem = own.close(problem);
    }
    if (problem == null) {
      end = State.RETURNED;
    } else {
      value = null;
      fail(problem);
    }
  }

  private void fail(Throwable t) {
    // PEP 479: a leaked signal would be taken for the end of this body by whoever steps it.
    failure = t instanceof StopIteration ? StepErrors.leaked(kind, t) : Failures.unchecked(t);
    end = t instanceof GeneratorExit ? State.CLOSED : State.FAILED;
  }

  private void release() {
    fiber = null;
    body = null;
    if (home != null) {
      home.remove(this);
      home = null;
    }
  }

  /** Suspends the body with a value; gives what is sent. */
  public @Nullable Object yield(@Nullable Object element) {
    requireInside();
    value = element;
    suspend();
    Object got = sent;
    sent = null;
    return got;
  }

  /** Suspends the body until {@code sub} has ended, handing every step to it. */
  public void delegateTo(Stepper sub) {
    requireInside();
    Stepper last = sub.innermost();
    if (last.runner != null) {
      throw StepErrors.running(last, last.runner);
    }
    if (sub.isDone() && !sub.ready) {
      if (sub.abandoned) {
        throw StepErrors.abandoned(sub);
      }
      return;
    }
    delegate = sub;
    suspend();
  }

  private void suspend() {
    try {
      Fiber.suspendGenerator();
    } catch (Throwable pinned) {
      value = null;
      delegate = null;
      throw pinned;
    }
    Throwable raise = thrown;
    if (raise != null) {
      thrown = null;
      throw Failures.raise(raise);
    }
  }

  private void requireInside() {
    TaskHost task = Fiber.currentTask();
    Object here = task == null ? Thread.currentThread() : task;
    // A task that runs inside this body sees this as its innermost generator, hence the second.
    if (Fiber.currentGenerator() != this || runner != here) {
      throw StepErrors.outside(this, here);
    }
    if (task != null) {
      Object now = task.innermostScope();
      if (now != scope) {
        throw StepErrors.insideScope(this, task, now);
      }
    }
  }

  @Override
  protected void closeWithStretch() {
    home = null;
    if (innermost().runner instanceof TaskHost other) {
      home = OpenBodies.joined(this, other.taskBodies());
    } else if (fiber != null) {
      abandoned = true;
      close();
    }
  }

  /** PEP 342's close, for the whole chain. */
  public void close() {
    if (fiber == null) {
      return;
    }
    Stepper last = innermost();
    if (last.runner != null) {
      throw StepErrors.running(last, last.runner);
    }
    Throwable problem = delegate == null ? null : closeDelegates(null);
    problem = exit(problem);
    if (problem != null) {
      throw Failures.raise(problem);
    }
  }

  /**
   * Closes what this delegates to, the innermost first, each on its own so that a chain of any
   * length needs no deep stack. Gives what to raise here: a failure of theirs, else {@code exit}.
   */
  private @Nullable Throwable closeDelegates(@Nullable Throwable exit) {
    List<Stepper> chain = new ArrayList<>();
    for (Stepper s = delegate; s != null; s = s.delegate) {
      chain.add(s);
    }
    Throwable problem = null;
    for (Stepper s : chain.reversed()) {
      s.delegate = null;
      problem = s.exit(problem);
    }
    delegate = null;
    return problem == null ? exit : problem;
  }

  /** Ends this body by GeneratorExit, or by the failure of the one it delegated to. */
  private @Nullable Throwable exit(@Nullable Throwable problem) {
    if (ready) {
      take();
    }
    if (fiber == null) {
      return problem;
    }
    if (!started) {
      end = State.CLOSED;
      release();
      return problem;
    }
    try {
      if (advance(null, problem == null ? new GeneratorExit() : problem)) {
        take();
        return StepErrors.ignoredExit(this);
      }
      return null;
    } catch (GeneratorExit exit) {
      // A resource that failed to close on the way out would vanish with the exit it is noted on.
      Throwable[] lost = exit.getSuppressed();
      for (int i = 1; i < lost.length; i++) {
        lost[0].addSuppressed(lost[i]);
      }
      return lost.length == 0 ? null : Failures.unchecked(lost[0]);
    } catch (Throwable t) {
      return t;
    }
  }

  private Stepper innermost() {
    Stepper s = this;
    while (s.delegate != null) {
      s = s.delegate;
    }
    return s;
  }

  /** The innermost, or one above it that was stepped on its own and has a value waiting. */
  private Stepper firstReady() {
    Stepper s = this;
    while (s.delegate != null && !s.ready) {
      s = s.delegate;
    }
    return s;
  }

  // Not a field: one may be delegated to by several, which then take turns.
  private Stepper outerOf(Stepper inner) {
    Stepper s = this;
    while (s.delegate != null && s.delegate != inner) {
      s = s.delegate;
    }
    return s;
  }

  private List<Stepper> chainDownTo(@Nullable Stepper last) {
    List<Stepper> chain = new ArrayList<>();
    for (Stepper s = this; s != null; s = s == last ? null : s.delegate) {
      chain.add(s);
    }
    return chain;
  }

  /** The body's frames, innermost first, with those of the chain. */
  public StackTraceElement[] stackTrace() {
    return StepTrace.of(chainDownTo(null));
  }

  /** Who steps it now, or null. */
  @Nullable Object runner() {
    return runner;
  }

  /** Who steps the innermost of the chain now, or null. */
  @Nullable Object innermostRunner() {
    return innermost().runner;
  }

  /** Its stack while it is suspended in its body, or null. */
  @Nullable Fiber suspended() {
    return started && runner == null ? fiber : null;
  }

  @Nullable Throwable failure() {
    return failure;
  }

  String kind() {
    return kind;
  }

  @Override
  public String toString() {
    return kind + "[" + StepTrace.describe(this) + "]";
  }
}
