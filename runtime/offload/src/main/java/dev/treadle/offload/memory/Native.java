package dev.treadle.offload.memory;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Calls functions of the C library.
 *
 * <p>All through one handle, of six longs that give a long: making a handle of a further type takes
 * the JDK some ten milliseconds when it is cold, which a worker would feel. The conventions of all
 * 64-bit systems pass an int or a pointer as such a long, and let a function ignore what it does
 * not take; of an int that is given back the upper half is undefined, so cast it.
 */
@SuppressWarnings("restricted") // The foreign-function API is what this is about.
final class Native {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final long ERRNO = STATE.byteOffset(PathElement.groupElement("errno"));
  private static final FunctionDescriptor TYPE =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle CALL =
      LINKER.downcallHandle(TYPE, Linker.Option.captureCallState("errno"));

  private static final long STATE_SIZE = 16;
  private static final long SCRATCH_SIZE = 160;

  /** Of each thread: the captured errno, then room for what a function gives by a pointer. */
  private static final ThreadLocal<MemorySegment> STATES =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE_SIZE + SCRATCH_SIZE, 16));

  private Native() {}

  static MemorySegment find(String name) {
    return LINKER
        .defaultLookup()
        .find(name)
        .orElseThrow(
            () ->
                new UnsupportedOperationException(
                    "the C library lacks a function: name="
                        + name
                        + "; on Linux, glibc 2.34 or newer is needed"));
  }

  static long call(MemorySegment function, long a) {
    return call(function, a, 0, 0, 0, 0, 0);
  }

  static long call(MemorySegment function, long a, long b, long c) {
    return call(function, a, b, c, 0, 0, 0);
  }

  static long call(MemorySegment function, long a, long b, long c, long d, long e, long f) {
    try {
      return (long) CALL.invokeExact(function, STATES.get(), a, b, c, d, e, f);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  /** The same for a function that takes any number of arguments after the first two. */
  static long callVariadic(MemorySegment function, long a, long b, int c, int d) {
    try {
      return (long) Variadic.CALL.invokeExact(function, STATES.get(), a, b, c, d);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  /** Of a type of its own: Apple's processors take what follows the fixed ones elsewhere. */
  private static final class Variadic {
    static final MethodHandle CALL =
        LINKER.downcallHandle(
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(2));
  }

  /** Of this thread's last call, if that failed. */
  static int errno() {
    return STATES.get().get(ValueLayout.JAVA_INT, ERRNO);
  }

  /** Room for a small struct of this thread; it stays as it is until the next use. */
  static MemorySegment scratch() {
    return STATES.get().asSlice(STATE_SIZE, SCRATCH_SIZE);
  }

  /** A handle that is called as it is typed throws nothing of its own. */
  private static AssertionError unexpected(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return new AssertionError("a native call threw", failure);
  }
}
