package dev.treadle;

import dev.treadle.coroutines.internal.Frames;
import dev.treadle.coroutines.internal.HeldMonitor;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a loop is at, as seen by another thread while it is at it. */
final class StallProbe {
  /** Netty's waits for events, and the JDK's beneath them: no handler is one of these. */
  private static final Set<String> TRANSPORTS =
      Set.of(
          "io.netty.channel.epoll",
          "io.netty.channel.kqueue",
          "io.netty.channel.nio",
          "io.netty.channel.uring",
          "sun.nio.ch");

  /** Ours, around Netty's. */
  private static final String TAP = RegistrationTap.class.getName();

  private static final String MANUAL_LOOP = "io.netty.channel.ManualIoEventLoop";

  /** How many suspended tasks are asked for their monitors. */
  private static final int MOST_TASKS = 10_000;

  private StallProbe() {}

  /** Whether a thread with this stack waits in a poll: nothing but the transport is on it. */
  static boolean waitsForEvents(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack) {
      String type = frame.getClassName();
      if (type.startsWith(MANUAL_LOOP)) {
        return true;
      }
      if (!type.equals(TAP)
          && !TRANSPORTS.contains(type.substring(0, Math.max(0, type.lastIndexOf('.'))))) {
        return false;
      }
    }
    return false;
  }

  /**
   * Describes a step.
   *
   * @param task what runs, or null
   * @param callback what runs if no task does, or null: then it is Netty
   * @param blocked whether its thread has been blocked on a monitor for some time
   */
  static Stall look(
      Loop loop,
      @Nullable Task<?> task,
      @Nullable Runnable callback,
      StackTraceElement[] stack,
      Duration elapsed,
      boolean blocked) {
    List<String> awaitedBy = task == null ? List.of() : Awaiters.describe(Awaiters.chain(task));
    return new Stall(
        loop.name(),
        task != null ? task.describe() : callback != null ? "callback " + callback : "I/O handler",
        elapsed,
        false,
        Arrays.stream(stack)
            // What lies beneath the driver is whoever runs the loop, not what it runs.
            .takeWhile(frame -> !frame.getClassName().equals(LoopDriver.class.getName()))
            .filter(frame -> Frames.isUseful(frame.getClassName()))
            .filter(frame -> !LoopFrames.isMachinery(frame.getClassName()))
            .toList(),
        awaitedBy,
        blocked ? monitor(loop) : null);
  }

  private static @Nullable String monitor(Loop loop) {
    ThreadInfo info = ManagementFactory.getThreadMXBean().getThreadInfo(loop.thread().threadId());
    if (info == null) {
      return null;
    }
    if (info.getLockOwnerName() != null) {
      return "a monitor of "
          + info.getLockName()
          + " held by thread '"
          + info.getLockOwnerName()
          + "'";
    }
    // No thread has it, so a suspended stack took it along. Its tasks stay as they are: the one
    // thread that could resume them waits for them.
    List<String> holders = new ArrayList<>();
    for (Task<?> task : TaskTree.all(loop.root()).stream().limit(MOST_TASKS).toList()) {
      for (HeldMonitor held : task.monitors()) {
        holders.add("suspended " + task.describe() + " at " + held);
      }
    }
    return switch (holders.size()) {
      case 0 -> "a monitor that no thread holds: perhaps a task of another loop, suspended in it";
      case 1 -> "a monitor held by " + holders.getFirst();
      default -> "a monitor held by one of: " + String.join("; ", holders);
    };
  }
}
