package dev.treadle.offload.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A process as one number: its pid, and when it started, since pids are used again.
 *
 * <p>On Linux the start is in the kernel's ticks since it booted. Not {@link
 * ProcessHandle.Info#startInstant()}, which is calculated with the time of day: it moves when that
 * is set, and a process that lives would look like another one.
 */
final class ProcessIdentity {
  /** The kernel's largest pid is 2^22 - 1; 42 bits of ticks or milliseconds are over a century. */
  private static final int PID_BITS = 22;

  private static final int STATE = 0;
  private static final int THREADS = 17;
  private static final int START = 19;
  private static final long DEAD = -1;
  private static final long UNKNOWN = -2;

  private static final boolean HAS_PROC = Files.exists(Path.of("/proc/self/stat"));
  private static final long SELF = of(ProcessHandle.current().pid());
  private static final long NAMESPACE = readNamespace();

  private ProcessIdentity() {}

  static long self() {
    return SELF;
  }

  /** Which processes a pid is counted among; containers have one of their own. 0: not known. */
  static long namespace() {
    return NAMESPACE;
  }

  static long pid(long identity) {
    return identity & (1L << PID_BITS) - 1;
  }

  static long start(long identity) {
    return identity >>> PID_BITS;
  }

  static long of(long pid, long start) {
    return start << PID_BITS | pid;
  }

  private static long of(long pid) {
    return of(pid, Math.max(0, startOf(pid)));
  }

  /** Whether it runs. Reads a file, and so belongs on no loop's thread. */
  static boolean isAlive(long identity) {
    if (identity == SELF) {
      return true;
    }
    long start = startOf(pid(identity));
    return start == start(identity) || start == UNKNOWN;
  }

  private static long startOf(long pid) {
    if (!HAS_PROC) {
      return ProcessHandle.of(pid)
          .filter(ProcessHandle::isAlive)
          .map(process -> process.info().startInstant().map(Instant::toEpochMilli).orElse(0L))
          .orElse(DEAD);
    }
    String stat;
    try {
      stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    } catch (IOException e) {
      // It may be our own trouble, such as too many open files; that must not make others dead.
      return Files.exists(Path.of("/proc/" + pid)) ? UNKNOWN : DEAD;
    }
    // After the program's name, which may contain anything.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    String state = fields[STATE];
    // A zombie has ended, unless it is only the first of its threads that has.
    boolean ended = state.equals("X") || state.equals("Z") && Long.parseLong(fields[THREADS]) <= 1;
    return ended ? DEAD : Long.parseLong(fields[START]);
  }

  private static long readNamespace() {
    try {
      String link = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
      return Long.parseLong(link.replaceAll("\\D", ""));
    } catch (IOException | NumberFormatException unknown) {
      return 0;
    }
  }
}
