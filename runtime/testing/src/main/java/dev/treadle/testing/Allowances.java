package dev.treadle.testing;

import java.lang.StackWalker.StackFrame;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * Where a loop's thread may block. Looked up in the stack of each blocking call and not woven into
 * the allowed methods by BlockHound: its flag is the thread's, so that a task that suspends inside
 * an allowed method would leave the guard down for every other task of the loop.
 */
final class Allowances {
  static final Allowance LOOP_START =
      new Allowance(
          "dev.treadle.Loop",
          "<init>",
          "a loop that starts its own thread unpacks and loads the native transport, once");

  static final Allowance JUL_INIT =
      new Allowance(
          "java.util.logging.LogManager",
          "ensureLogManagerInitialized",
          "the JVM's first log line reads logging.properties, once");

  static final Allowance JUL_CONSOLE =
      new Allowance(
          "java.util.logging.ConsoleHandler",
          "publish",
          "a line on standard error, as the loop itself logs a failure nobody handled");

  static final Allowance RANDOM_SEED =
      new Allowance(
          "java.security.SecureRandom",
          "nextBytes",
          "reads /dev/urandom, which does not wait once the system is up; UUID.randomUUID() does");

  static final Allowance EXECUTOR_HAND_OVER =
      new Allowance(
          "java.util.concurrent.ThreadPoolExecutor",
          "execute",
          "its locks are held for a few instructions, and work must be handed to a pool somehow");

  static final Allowance IO_URING_CLOSE =
      new Allowance(
          "io.netty.channel.uring.IoUringIoHandler",
          "closeWakeupGate",
          "as the loop ends it spins, for an instant, while another thread is about to wake it");

  /** What Reactor logs with where there is no SLF4J. */
  static final List<Allowance> REACTOR_CONSOLE =
      Stream.of("trace", "debug", "info", "warn", "error")
          .map(
              level ->
                  new Allowance(
                      "reactor.util.Loggers$ConsoleLogger",
                      level,
                      "a line on standard output or error, as Reactor itself logs a failure that"
                          + " was dropped"))
          .toList();

  private static final List<Allowance> BUILT_IN =
      Stream.concat(
              Stream.of(
                  LOOP_START,
                  JUL_INIT,
                  JUL_CONSOLE,
                  RANDOM_SEED,
                  EXECUTOR_HAND_OVER,
                  IO_URING_CLOSE),
              REACTOR_CONSOLE.stream())
          .toList();

  private static final List<Allowance> ALL = new CopyOnWriteArrayList<>(BUILT_IN);
  private static final Set<Allowance> USED = ConcurrentHashMap.newKeySet();

  private Allowances() {}

  static void add(List<Allowance> more) {
    for (Allowance allowance : more) {
      if (!ALL.contains(allowance)) {
        ALL.add(allowance);
      }
    }
  }

  static List<Allowance> all() {
    return List.copyOf(ALL);
  }

  /** Those without which there would have been a violation. */
  static Set<Allowance> used() {
    return Set.copyOf(USED);
  }

  static boolean cover(List<StackFrame> stack) {
    for (StackFrame frame : stack) {
      for (Allowance allowance : ALL) {
        if (allowance.covers(frame)) {
          USED.add(allowance);
          return true;
        }
      }
    }
    return false;
  }
}
