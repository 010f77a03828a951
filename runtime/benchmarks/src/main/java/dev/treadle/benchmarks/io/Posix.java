package dev.treadle.benchmarks.io;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The system calls of a client that has to be faster than every server it measures: no channel, no
 * selector, nothing between a request and {@code send}. Linux only.
 */
final class Posix {
  static final int EPOLLIN = 1;

  private static final int AF_INET = 2;
  private static final int SOCK_STREAM = 1;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_NODELAY = 1;
  private static final int EPOLL_CTL_ADD = 1;

  private static final int EINTR = 4;

  /** An x86 kernel packs {@code struct epoll_event}, all others align its data. */
  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");

  static final long EVENT_BYTES = PACKED ? 12 : 16;
  private static final long EVENT_DATA = PACKED ? 4 : 8;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final AddressLayout ADDRESS = ValueLayout.ADDRESS;

  private static final MethodHandle SOCKET = waiting("socket", INT, INT, INT, INT);
  private static final MethodHandle CONNECT = waiting("connect", INT, INT, ADDRESS, INT);
  private static final MethodHandle SETSOCKOPT =
      waiting("setsockopt", INT, INT, INT, INT, ADDRESS, INT);
  private static final MethodHandle EPOLL_CREATE = waiting("epoll_create1", INT, INT);
  private static final MethodHandle EPOLL_CTL = waiting("epoll_ctl", INT, INT, INT, INT, ADDRESS);
  private static final MethodHandle EPOLL_WAIT =
      handle(
          "epoll_wait",
          FunctionDescriptor.of(INT, INT, ADDRESS, INT, INT),
          Linker.Option.captureCallState("errno"));
  private static final MethodHandle CLOSE = waiting("close", INT, INT);

  private static final StructLayout CALL_STATE_LAYOUT = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final ThreadLocal<MemorySegment> CALL_STATE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CALL_STATE_LAYOUT));

  // Only called when they need not wait, so that the JVM may skip the change of thread state.
  private static final MethodHandle SEND = prompt("send", LONG, INT, ADDRESS, LONG, INT);
  private static final MethodHandle RECV = prompt("recv", LONG, INT, ADDRESS, LONG, INT);

  private Posix() {}

  /** A connection to a port of this machine, with TCP_NODELAY. */
  static int connect(int port) {
    try (Arena arena = Arena.ofConfined()) {
      int fd = require("socket", (int) SOCKET.invokeExact(AF_INET, SOCK_STREAM, 0));
      MemorySegment address = arena.allocate(16, 4);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_INET);
      ValueLayout.OfShort port16 = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
      address.set(port16, 2, (short) port);
      address.set(INT.withOrder(ByteOrder.BIG_ENDIAN), 4, 0x7f000001);
      require("connect", (int) CONNECT.invokeExact(fd, address, 16));
      MemorySegment one = arena.allocateFrom(INT, 1);
      require("nodelay", (int) SETSOCKOPT.invokeExact(fd, IPPROTO_TCP, TCP_NODELAY, one, 4));
      return fd;
    } catch (Throwable failure) {
      throw rethrown(failure);
    }
  }

  static int epollCreate() {
    try {
      return require("epoll_create1", (int) EPOLL_CREATE.invokeExact(0));
    } catch (Throwable failure) {
      throw rethrown(failure);
    }
  }

  /** Has the epoll say when the socket is readable, by the given number. */
  static void watch(int epoll, int fd, int number) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment event = arena.allocate(EVENT_BYTES, 8);
      event.set(INT, 0, EPOLLIN);
      event.set(ValueLayout.JAVA_LONG_UNALIGNED, EVENT_DATA, number);
      require("epoll_ctl", (int) EPOLL_CTL.invokeExact(epoll, EPOLL_CTL_ADD, fd, event));
    } catch (Throwable failure) {
      throw rethrown(failure);
    }
  }

  /**
   * Waits for events, at most so long: how many there are. A signal that ends the wait early (a
   * process that is stopped and continued gets one) begins it again.
   */
  static int epollWait(int epoll, MemorySegment events, int most, int millis) {
    try {
      MemorySegment state = CALL_STATE.get();
      int ready;
      do {
        ready = (int) EPOLL_WAIT.invokeExact(state, epoll, events, most, millis);
      } while (ready < 0 && (int) ERRNO.get(state, 0L) == EINTR);
      return require("epoll_wait", ready);
    } catch (Throwable failure) {
      throw rethrown(failure);
    }
  }

  /** The number that {@link #watch} was given for the n-th event. */
  static int numberOf(MemorySegment events, int n) {
    return (int) events.get(ValueLayout.JAVA_LONG_UNALIGNED, n * EVENT_BYTES + EVENT_DATA);
  }

  static long send(int fd, MemorySegment bytes, long count) {
    try {
      return (long) SEND.invokeExact(fd, bytes, count, 0);
    } catch (Throwable failure) {
      throw rethrown(failure);
    }
  }

  static long receive(int fd, MemorySegment bytes, long count) {
    try {
      return (long) RECV.invokeExact(fd, bytes, count, 0);
    } catch (Throwable failure) {
      throw rethrown(failure);
    }
  }

  static void close(int fd) {
    try {
      require("close", (int) CLOSE.invokeExact(fd));
    } catch (Throwable failure) {
      throw rethrown(failure);
    }
  }

  private static int require(String call, int result) {
    if (result < 0) {
      throw new IllegalStateException(
          "a system call failed: call=" + call + "; look at the limit of open files (ulimit -n)");
    }
    return result;
  }

  private static MethodHandle waiting(String name, MemoryLayout result, MemoryLayout... arguments) {
    return handle(name, FunctionDescriptor.of(result, arguments));
  }

  private static MethodHandle prompt(String name, MemoryLayout result, MemoryLayout... arguments) {
    return handle(name, FunctionDescriptor.of(result, arguments), Linker.Option.critical(false));
  }

  // The JVM is told with a flag that native access is meant.
  @SuppressWarnings("restricted")
  private static MethodHandle handle(
      String name, FunctionDescriptor type, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
  }

  private static RuntimeException rethrown(Throwable failure) {
    if (failure instanceof RuntimeException unchecked) {
      return unchecked;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(failure);
  }
}
