package dev.treadle.offload;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** What the tests' workers do. */
final class PoolSteps {
  private static int calls;
  private static String prepared = "";

  private PoolSteps() {}

  static long pid() {
    return ProcessHandle.current().pid();
  }

  /** How many times this was called in this process. */
  static int count() {
    calls++;
    return calls;
  }

  static void prepare(String with) {
    prepared = with;
  }

  static String prepared() {
    return prepared;
  }

  static String failing() {
    throw new IllegalArgumentException("failed on purpose");
  }

  /** Says that it is there, and never ends. */
  static void hang(String file) {
    mark(file);
    await();
  }

  /** The same, using the processor. */
  static long spin(String file) {
    mark(file);
    long n = 0;
    while (n >= 0) {
      n = n + 1 & Long.MAX_VALUE;
    }
    return n;
  }

  /** Ends when the file is there. */
  static long until(String file) {
    while (!Files.exists(Path.of(file))) {
      Thread.onSpinWait();
    }
    return pid();
  }

  static void mark(String file) {
    try (FileChannel made =
        FileChannel.open(Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      made.force(false);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void await() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static void halt(int code) {
    Runtime.getRuntime().halt(code);
  }

  static void exit(int code) {
    System.exit(code);
  }

  static void dieSaying(String words, int code) {
    System.out.println("on the way");
    System.err.println(words);
    System.err.flush();
    Runtime.getRuntime().halt(code);
  }

  static void killYourself() {
    ProcessHandle.of(pid()).ifPresent(PoolSteps::killOther);
    await();
  }

  private static void killOther(ProcessHandle self) {
    try {
      // A process may not do it to itself by its handle.
      new ProcessBuilder("kill", "-9", String.valueOf(self.pid())).start();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static int exhaust() {
    List<long[]> all = new ArrayList<>();
    while (true) {
      all.add(new long[1 << 20]);
    }
  }

  static int deep(int n) {
    return n < 0 ? 0 : deep(n + 1) + 1;
  }

  /** Dies the first time, which the file remembers. */
  static String dieOnce(String file) {
    if (Files.exists(Path.of(file))) {
      return "survived";
    }
    mark(file);
    Runtime.getRuntime().halt(7);
    return "unreachable";
  }

  static Object notSerializable() {
    return new Thread();
  }

  static long say(String out, String err) {
    System.out.println(out);
    System.err.println(err);
    return pid();
  }
}
