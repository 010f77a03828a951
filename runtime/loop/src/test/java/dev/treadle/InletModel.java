package dev.treadle;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The hand-over from other threads to the loop and the loop's end, as a machine whose every
 * interleaving is tried: one step is one access to what the threads share, which are all
 * sequentially consistent in the code. Its steps and the lines they stand for:
 *
 * <table>
 *   <caption>Steps of one thread that hands over, and of the loop</caption>
 *   <tr><td>ADD</td><td>{@code ManualIoEventLoop.execute}: {@code taskQueue.add(command)}. The
 *       removal that follows there when it is shut down fails always: the queue cannot remove</td></tr>
 *   <tr><td>WAKE</td><td>the same: {@code handler.wakeup()}</td></tr>
 *   <tr><td>LOOK</td><td>{@code Inlet.handOver}: reads {@code closed}</td></tr>
 *   <tr><td>WITHDRAW</td><td>{@code Handover.withdraw}: the compare-and-set</td></tr>
 *   <tr><td>LOCK, RUN, RAN</td><td>{@code Inlet.runAlways}: {@code synchronized (afterClose)}, and
 *       the action in it, which takes time</td></tr>
 *   <tr><td>CHECK, SLEEP</td><td>the poll: {@code canBlock()}, then the wait for a wake-up</td></tr>
 *   <tr><td>POLL, CLAIM, BEGIN, END</td><td>{@code runAllTasks}: {@code taskQueue.poll()}, then
 *       {@code Handover.run}: the compare-and-set, and the action</td></tr>
 *   <tr><td>phases of POLL</td><td>OPEN: a turn's poll; ENDING: {@code NettyLoop.terminate}; LAST:
 *       {@code Inlet.close}, holding the lock with {@code closed} set</td></tr>
 * </table>
 */
final class InletModel {
  /** What is left out of the code, to see that the search would find it. */
  enum Flaw {
    NONE,
    /** Who finds it closed takes its action back without a claim. */
    NO_CLAIM,
    /** It does not look whether it is closed once it has handed over. */
    NO_LOOK,
    /** The loop says that it is closed only after its last look into the queue. */
    CLOSED_TOO_LATE,
    /** The loop looks into the queue for the last time without the lock. */
    NO_LOCK,
    /** It wakes the loop before it adds. */
    WAKES_TOO_EARLY
  }

  private enum Caller {
    ADD,
    WAKE,
    LOOK,
    WITHDRAW,
    LOCK,
    RUN,
    RAN,
    DONE
  }

  private enum LoopStep {
    CHECK,
    SLEEP,
    POLL,
    CLAIM,
    BEGIN,
    END,
    SHUT,
    LAST,
    CLOSE,
    DONE
  }

  private static final int OPEN = 0;
  private static final int ENDING = 1;
  private static final int LAST = 2;
  private static final int FREE = -1;

  private final int callers;
  private final Flaw flaw;

  /**
   * Whether a refused action runs on the calling thread: {@code runAlways}, else {@code execute}.
   */
  private final boolean always;

  InletModel(int callers, Flaw flaw, boolean always) {
    this.callers = callers;
    this.flaw = flaw;
    this.always = always;
  }

  /** How many states there are. */
  int states;

  /** Tries every interleaving; the steps to the first violation, or null if there is none. */
  @Nullable String violation() {
    Deque<State> todo = new ArrayDeque<>();
    Map<State.Key, State> seen = new HashMap<>();
    State start = new State(callers, flaw == Flaw.WAKES_TOO_EARLY ? Caller.WAKE : Caller.ADD);
    todo.push(start);
    seen.put(start.key(), start);
    while (!todo.isEmpty()) {
      State state = todo.pop();
      String wrong = wrong(state);
      if (wrong != null) {
        return wrong + ": " + state.path();
      }
      for (State next : nextOf(state)) {
        if (seen.putIfAbsent(next.key(), next) == null) {
          todo.push(next);
        }
      }
    }
    states = seen.size();
    return null;
  }

  private @Nullable String wrong(State state) {
    if (state.running > 1) {
      return "two actions at once";
    }
    boolean allDone = true;
    for (int n = 0; n < callers; n++) {
      if (state.ran[n] > 1) {
        return "ran twice";
      }
      allDone &= state.caller[n] == Caller.DONE;
    }
    if (allDone && state.loop == LoopStep.SLEEP && !state.woken && !state.queue.isEmpty()) {
      return "sleeps on";
    }
    if (allDone && state.loop == LoopStep.DONE) {
      for (int n = 0; n < callers; n++) {
        int runs = state.refused[n] && !always ? 0 : 1;
        if (state.ran[n] != runs) {
          return runs == 0 ? "ran though refused" : "lost";
        }
      }
    }
    return null;
  }

  private List<State> nextOf(State state) {
    List<State> next = new ArrayList<>();
    for (int n = 0; n < callers; n++) {
      stepOfCaller(state, n, next);
    }
    stepOfLoop(state, next);
    return next;
  }

  private void stepOfCaller(State from, int n, List<State> next) {
    Caller step = from.caller[n];
    if (step == Caller.DONE || step == Caller.LOCK && from.lock != FREE) {
      return;
    }
    State to = from.after(n + ":" + step);
    boolean early = flaw == Flaw.WAKES_TOO_EARLY;
    switch (step) {
      case ADD -> {
        to.queue.add(n);
        to.caller[n] = early ? Caller.LOOK : Caller.WAKE;
      }
      case WAKE -> {
        to.woken = true;
        to.caller[n] = early ? Caller.ADD : Caller.LOOK;
      }
      case LOOK -> to.caller[n] = to.closed && flaw != Flaw.NO_LOOK ? Caller.WITHDRAW : Caller.DONE;
      case WITHDRAW -> {
        to.refused[n] = !to.claimed[n] || flaw == Flaw.NO_CLAIM;
        to.claimed[n] = true;
        to.caller[n] = to.refused[n] && always ? Caller.LOCK : Caller.DONE;
      }
      case LOCK -> {
        to.lock = n;
        to.caller[n] = Caller.RUN;
      }
      case RUN -> {
        to.running++;
        to.caller[n] = Caller.RAN;
      }
      case RAN -> {
        to.running--;
        to.ran[n]++;
        to.lock = FREE;
        to.caller[n] = Caller.DONE;
      }
      case DONE -> throw new AssertionError();
    }
    next.add(to);
  }

  private void stepOfLoop(State from, List<State> next) {
    boolean blocked =
        from.loop == LoopStep.DONE
            || from.loop == LoopStep.LAST && from.lock != FREE && flaw != Flaw.NO_LOCK;
    if (blocked) {
      return;
    }
    State to = from.after("loop:" + from.loop);
    switch (from.loop) {
      case CHECK -> to.loop = to.queue.isEmpty() ? LoopStep.SLEEP : LoopStep.POLL;
      case SLEEP -> {
        // A timer may end it, too; to count on that is the violation "sleeps on".
        to.woken = false;
        to.loop = LoopStep.POLL;
      }
      case POLL -> poll(to, next);
      case CLAIM -> {
        boolean won = !to.claimed[to.item] || flaw == Flaw.NO_CLAIM;
        to.claimed[to.item] = true;
        to.loop = won ? LoopStep.BEGIN : LoopStep.POLL;
      }
      case BEGIN -> {
        to.running++;
        to.loop = LoopStep.END;
      }
      case END -> {
        to.running--;
        to.ran[to.item]++;
        to.loop = LoopStep.POLL;
      }
      case SHUT -> {
        to.phase = ENDING;
        to.loop = LoopStep.POLL;
      }
      case LAST -> {
        to.lock = flaw == Flaw.NO_LOCK ? to.lock : callers;
        to.closed = flaw != Flaw.CLOSED_TOO_LATE;
        to.phase = LAST;
        to.loop = LoopStep.POLL;
      }
      case CLOSE -> {
        to.closed = true;
        to.lock = flaw == Flaw.NO_LOCK ? to.lock : FREE;
        to.loop = LoopStep.DONE;
      }
      case DONE -> throw new AssertionError();
    }
    next.add(to);
  }

  private static void poll(State to, List<State> next) {
    Integer item = to.queue.poll();
    if (item != null) {
      to.item = item;
      to.loop = LoopStep.CLAIM;
    } else if (to.phase == OPEN) {
      // It may be told to close at any time, or go on.
      State ends = to.after("");
      ends.loop = LoopStep.SHUT;
      next.add(ends);
      to.loop = LoopStep.CHECK;
    } else {
      to.loop = to.phase == ENDING ? LoopStep.LAST : LoopStep.CLOSE;
    }
  }

  /** What the threads share and where each is. */
  private static final class State {
    private final @Nullable State before;
    private final String step;
    private final Caller[] caller;
    private final boolean[] claimed;
    private final boolean[] refused;
    private final int[] ran;
    private final ArrayDeque<Integer> queue;
    private LoopStep loop = LoopStep.CHECK;
    private int item;
    private int phase = OPEN;
    private boolean closed;
    private boolean woken;
    private int lock = FREE;
    private int running;

    State(int callers, Caller first) {
      before = null;
      step = "";
      caller = new Caller[callers];
      Arrays.fill(caller, first);
      claimed = new boolean[callers];
      refused = new boolean[callers];
      ran = new int[callers];
      queue = new ArrayDeque<>();
    }

    private State(State from, String step) {
      this.before = from;
      this.step = step;
      caller = from.caller.clone();
      claimed = from.claimed.clone();
      refused = from.refused.clone();
      ran = from.ran.clone();
      queue = from.queue.clone();
      loop = from.loop;
      item = from.item;
      phase = from.phase;
      closed = from.closed;
      woken = from.woken;
      lock = from.lock;
      running = from.running;
    }

    State after(String nextStep) {
      return new State(this, nextStep);
    }

    String path() {
      String earlier = before == null ? "" : before.path();
      return step.isEmpty() ? earlier : earlier + step + " ";
    }

    Key key() {
      StringBuilder text = new StringBuilder();
      for (int n = 0; n < caller.length; n++) {
        text.append(caller[n].ordinal()).append(claimed[n]).append(refused[n]).append(ran[n]);
      }
      text.append(queue).append(loop).append(item).append(phase).append(closed).append(woken);
      return new Key(text.append(lock).append(' ').append(running).toString());
    }

    private record Key(String text) {}
  }
}
