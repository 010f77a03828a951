package dev.treadle.testing;

import dev.treadle.Loop;
import dev.treadle.Treadle;
import org.jspecify.annotations.Nullable;
import reactor.blockhound.BlockHound;

/** Installs BlockHound, once per JVM, and makes sure that it acts. */
final class Activation {
  private static final String FLAGS =
      "-XX:+AllowRedefinitionToAddDeleteMethods -XX:+EnableDynamicAgentLoading";

  private static volatile boolean active;
  private static @Nullable String failure;
  private static @Nullable Throwable cause;

  private Activation() {}

  /** Installs what is not installed; the same failure every time if that fails. */
  static void require() {
    if (active) {
      return;
    }
    if (Loop.isLoopThread(Thread.currentThread())) {
      throw new IllegalStateException(
          "install() on a loop's thread: thread="
              + Thread.currentThread().getName()
              + "; call BlockingGuard.install() before the loop runs");
    }
    synchronized (Activation.class) {
      if (active) {
        return;
      }
      if (failure == null) {
        activate();
      }
      if (failure != null) {
        throw new IllegalStateException(failure, cause);
      }
      active = true;
    }
  }

  /** Tries the guard on this thread, a loop's. */
  static void requireActiveHere() {
    if (!active) {
      throw new IllegalStateException(
          "blocking is not guarded: not installed; call BlockingGuard.install() first");
    }
    if (!Probe.isRefused()) {
      BlockHoundState.forget();
      if (!Probe.isRefused()) {
        throw new IllegalStateException(inert());
      }
    }
  }

  private static void activate() {
    String missing = TestFlags.missing();
    if (!missing.isEmpty()) {
      failure =
          "blocking is not guarded: missing JVM flags=["
              + missing
              + "]; add them to the argLine of maven-surefire-plugin, or to the java command"
              + " (docs/testing-for-blocking.md)";
      return;
    }
    try {
      BlockHound.install();
    } catch (Throwable broken) {
      failure =
          "blocking is not guarded: BlockHound failed to install: cause="
              + broken
              + "; check the JVM flags "
              + FLAGS;
      cause = broken;
      return;
    }
    try (Loop loop = Loop.start("treadle-blocking-probe")) {
      if (!Treadle.await(loop.submit("probe", Probe::isRefused))) {
        failure = inert();
      }
    }
  }

  private static String inert() {
    return "blocking is not guarded: a blocking call was not refused: thread="
        + Thread.currentThread().getName()
        + "; if something else installs BlockHound, call BlockingGuard.install() before it or let it"
        + " load its integrations, and check the JVM flags "
        + FLAGS;
  }
}
