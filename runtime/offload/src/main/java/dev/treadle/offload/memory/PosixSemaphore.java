package dev.treadle.offload.memory;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** POSIX semaphores of Linux, by their addresses. */
final class PosixSemaphore {
  /** What {@code sem_open} gives when it fails: NULL. */
  static final long FAILED = 0;

  private static final int MODE = 0600;
  private static final int CLOCK_MONOTONIC = 1;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private static final MemorySegment SEM_OPEN = Native.find("sem_open");
  private static final MemorySegment SEM_CLOSE = Native.find("sem_close");
  private static final MemorySegment SEM_UNLINK = Native.find("sem_unlink");
  private static final MemorySegment SEM_POST = Native.find("sem_post");
  private static final MemorySegment SEM_TRYWAIT = Native.find("sem_trywait");
  private static final MemorySegment SEM_INIT = Native.find("sem_init");
  private static final MemorySegment SEM_GETVALUE = Native.find("sem_getvalue");
  private static final MemorySegment SEM_CLOCKWAIT = Native.find("sem_clockwait");
  private static final MemorySegment CLOCK_GETTIME = Native.find("clock_gettime");

  private PosixSemaphore() {}

  /** Makes one that is not there. */
  static long create(String name, int value) {
    return open(name, Os.here().create | Os.here().exclusive, value);
  }

  /** Opens one that is there. */
  static long open(String name) {
    return open(name, 0, 0);
  }

  private static long open(String name, int flags, int value) {
    try (Arena arena = Arena.ofConfined()) {
      long path = arena.allocateFrom("/" + name).address();
      long semaphore;
      do {
        semaphore = Native.callVariadic(SEM_OPEN, path, flags, MODE, value);
      } while (semaphore == FAILED && Native.errno() == Errno.EINTR);
      return semaphore;
    }
  }

  static void close(long semaphore) {
    Native.call(SEM_CLOSE, semaphore);
  }

  static int unlink(String name) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) Native.call(SEM_UNLINK, arena.allocateFrom("/" + name).address());
    }
  }

  static void post(long semaphore) {
    if ((int) Native.call(SEM_POST, semaphore) != 0) {
      throw Errno.failed("release()", "semaphore=" + semaphore, Native.errno());
    }
  }

  /** Takes one if the value is not zero. */
  static boolean tryWait(long semaphore) {
    while ((int) Native.call(SEM_TRYWAIT, semaphore) != 0) {
      int errno = Native.errno();
      if (errno == Errno.EAGAIN) {
        return false;
      }
      if (errno != Errno.EINTR) {
        throw Errno.failed("acquire()", "semaphore=" + semaphore, errno);
      }
    }
    return true;
  }

  static int value(long semaphore) {
    MemorySegment value = Native.scratch();
    if ((int) Native.call(SEM_GETVALUE, semaphore, value.address(), 0) != 0) {
      throw Errno.failed("availablePermits()", "semaphore=" + semaphore, Native.errno());
    }
    return value.get(JAVA_INT, 0);
  }

  /** Makes one without a name, of value 0, for all processes that map the memory. */
  static void init(long semaphore) {
    if ((int) Native.call(SEM_INIT, semaphore, 1, 0) != 0) {
      throw Errno.failed("sem_init()", "semaphore=" + semaphore, Native.errno());
    }
  }

  /** Blocks until it has taken one, or the time is over, or a signal came. */
  static void await(long semaphore, long nanos) {
    MemorySegment until = Native.scratch();
    Native.call(CLOCK_GETTIME, CLOCK_MONOTONIC, until.address(), 0);
    long end = until.get(JAVA_LONG, 8) + nanos;
    until.set(JAVA_LONG, 0, until.get(JAVA_LONG, 0) + end / NANOS_PER_SECOND);
    until.set(JAVA_LONG, 8, end % NANOS_PER_SECOND);
    // By the clock that nobody sets: with the other a step back would be a wait of hours.
    Native.call(SEM_CLOCKWAIT, semaphore, CLOCK_MONOTONIC, until.address());
  }
}
