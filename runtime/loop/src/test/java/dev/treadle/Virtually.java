package dev.treadle;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Runs a test's body as the main task of a loop on virtual time. */
public final class Virtually {
  private Virtually() {}

  public static <T extends @Nullable Object> T run(Callable<T> body) {
    return loop().run(body);
  }

  public static void run(Action<Exception> body) {
    loop().run(body);
  }

  public static LoopBuilder loop() {
    return Loop.builder().clock(new VirtualClock());
  }

  /** Lets everything that is ready run, that many times. */
  public static void turns(int count) {
    for (int n = count; n > 0; n--) {
      Treadle.yieldNow();
    }
  }
}
