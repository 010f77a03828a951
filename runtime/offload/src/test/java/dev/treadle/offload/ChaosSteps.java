package dev.treadle.offload;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** Steps that count, in a file that all workers map, how often each has begun. */
final class ChaosSteps {
  private static final VarHandle COUNTS = ValueLayout.JAVA_INT.arrayElementVarHandle();
  private static final Map<String, MemorySegment> MAPPED = new ConcurrentHashMap<>();

  private ChaosSteps() {}

  static MemorySegment counts(String file) {
    return MAPPED.computeIfAbsent(file, ChaosSteps::map);
  }

  private static MemorySegment map(String file) {
    try (FileChannel channel =
        FileChannel.open(Path.of(file), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(MapMode.READ_WRITE, 0, channel.size(), Arena.ofAuto());
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  static int begun(MemorySegment counts, int number) {
    return (int) COUNTS.getVolatile(counts, 0L, (long) number);
  }

  /** Says that it has begun, takes its time, and gives so many bytes that tell its number. */
  static byte[] bytes(String file, int number, int size, long micros) {
    COUNTS.getAndAdd(counts(file), 0L, (long) number, 1);
    if (micros > 0) {
      LockSupport.parkNanos(micros * 1_000);
    }
    byte[] result = new byte[size];
    result[0] = (byte) number;
    result[size - 1] = (byte) (number >> 8);
    return result;
  }

  /** Gives that many bytes, and halts while they are on their way. */
  static byte[] dieWhileAnswering(int size) {
    Thread worker = Thread.currentThread();
    Thread assassin =
        new Thread(
            () -> {
              while (!isWriting(worker)) {
                Thread.onSpinWait();
              }
              Runtime.getRuntime().halt(9);
            });
    assassin.setDaemon(true);
    assassin.start();
    return new byte[size];
  }

  private static boolean isWriting(Thread worker) {
    for (StackTraceElement frame : worker.getStackTrace()) {
      if (frame.getClassName().equals("sun.nio.ch.SocketChannelImpl")
          && frame.getMethodName().equals("write")) {
        return true;
      }
    }
    return false;
  }

  /** Uses the processor for ever. */
  static long spin() {
    long n = 0;
    while (n >= 0) {
      n = n + 1 & Long.MAX_VALUE;
    }
    return n;
  }

  /** Writes lines until that many bytes are out. */
  static long print(long bytes) {
    String line = "x".repeat(999);
    long printed = 0;
    while (printed < bytes) {
      System.out.println(line);
      printed += 1_000;
    }
    return printed;
  }
}
