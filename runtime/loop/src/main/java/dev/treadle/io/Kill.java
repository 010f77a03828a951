package dev.treadle.io;

import dev.treadle.internal.SignalHandlers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The operating system's {@code kill}, which the JDK has for two signals only. */
final class Kill {
  private static final int NO_SUCH_PROCESS = 3;

  private static final StructLayout STATE = Linker.Option.captureStateLayout();

  private Kill() {}

  /**
   * Sends the signal; nothing happens if the process has ended. The first time links the function:
   * for a thread of the pool.
   *
   * @throws IOException if it is not permitted
   * @throws UnsupportedOperationException if the operating system has none
   */
  static void send(long pid, String signal) throws IOException {
    int number = SignalHandlers.number(signal);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int result = (int) Linked.KILL.invokeExact(state, (int) pid, number);
      int error = (int) STATE.varHandle(PathElement.groupElement("errno")).get(state, 0L);
      if (result != 0 && error != NO_SUCH_PROCESS) {
        throw new IOException("not permitted: errno=" + error);
      }
    } catch (IOException | RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Made when it is first needed. */
  private static final class Linked {
    @SuppressWarnings("restricted") // What Netty needs, too: --enable-native-access.
    static final MethodHandle KILL =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker()
                    .defaultLookup()
                    .find("kill")
                    .orElseThrow(
                        () ->
                            new UnsupportedOperationException(
                                "no signals on this system: use terminate() or kill()")),
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
                Linker.Option.captureCallState("errno"));
  }
}
