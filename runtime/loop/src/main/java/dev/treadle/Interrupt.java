package dev.treadle;

import dev.treadle.internal.SignalHandlers;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C as asyncio's runner treats it: the first cancels the main task, so that every {@code
 * finally} runs, and the process exits with 130 (128 + SIGINT); a second one ends it at once.
 */
final class Interrupt implements Runnable {
  static final int EXIT_CODE = 130;
  private static final String SIGINT = "INT";

  private final Task<?> main;
  private final AtomicBoolean interrupted = new AtomicBoolean();
  private @Nullable Object previous;

  private Interrupt(Task<?> main) {
    this.main = main;
  }

  /** Signals are for the program's main thread alone, as in Python; its id varies, its name not. */
  static boolean isMainThread(Thread thread) {
    ThreadGroup group = thread.getThreadGroup();
    return thread.getName().equals("main") && group != null && group.getName().equals("main");
  }

  /** Takes over SIGINT; returns null where it cannot be had, or the process is to ignore it. */
  static @Nullable Interrupt install(Task<?> main) {
    Interrupt interrupt = new Interrupt(main);
    try {
      Object previous = SignalHandlers.take(SIGINT, interrupt);
      if (SignalHandlers.isIgnore(previous)) {
        // As under nohup: whoever started the process has decided.
        SignalHandlers.restore(SIGINT, previous);
        return null;
      }
      interrupt.previous = previous;
      return interrupt;
    } catch (UnsupportedOperationException | IllegalArgumentException unavailable) {
      return null;
    }
  }

  /** Gives SIGINT back; exits if it was what ended the main task. */
  void uninstall(boolean mainCancelled) {
    if (previous != null) {
      SignalHandlers.restore(SIGINT, previous);
    }
    if (interrupted.get() && mainCancelled) {
      System.exit(EXIT_CODE);
    }
  }

  @Override
  public void run() {
    if (interrupted.compareAndSet(false, true)) {
      main.cancel();
      main.loop().driver().interrupted();
    } else {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }

  @Override
  public String toString() {
    return "Interrupt[" + main + "]";
  }
}
