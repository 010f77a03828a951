package dev.treadle.testing;

import java.util.List;

/** What to do in place of a blocking call: the twin that suspends, else another thread. */
final class Remedies {
  private static final String POOL = "run it on another thread: Treadle.onThread(() -> ...)";
  private static final String AWAIT =
      "use Treadle.await(...), which takes a CompletionStage, a Publisher, a Netty Future or a Task";
  private static final String DEFERRED =
      "let the other side complete a dev.treadle.Deferred, and Treadle.await(...) it";
  private static final String LOCK =
      "tasks of one loop need no lock, as nothing else runs between two awaits; what another thread"
          + " guards with it, do there and Treadle.await(...) a CompletableFuture";

  private static final List<Remedy> BY_CALL =
      List.of(
          new Remedy(
              "java.lang.Thread.sleep",
              "use Treadle.sleep(duration), which suspends the task and not the thread"),
          new Remedy(
              "java.util.concurrent.TimeUnit.sleep",
              "use Treadle.sleep(duration), which suspends the task and not the thread"),
          new Remedy(
              "java.lang.Thread.yield", "use Treadle.yieldNow(), which lets the other tasks run"),
          new Remedy(
              "java.lang.Thread.onSpinWait",
              "do not spin for another thread: "
                  + DEFERRED
                  + " (or Treadle.yieldNow() in between)"),
          new Remedy("java.lang.Thread.join", POOL + " in place of the thread"),
          new Remedy("java.lang.Object.wait", DEFERRED),
          new Remedy("java.lang.Process.waitFor", "use Treadle.await(process.onExit())"),
          new Remedy("java.lang.ProcessImpl.waitFor", "use Treadle.await(process.onExit())"),
          new Remedy("java.util.concurrent.CompletableFuture.", AWAIT),
          new Remedy("java.util.concurrent.FutureTask.", POOL + " in place of submit()"),
          new Remedy("java.util.concurrent.ForkJoinTask.", POOL + " in place of submit()"),
          new Remedy("java.util.concurrent.CountDownLatch.", DEFERRED),
          new Remedy("java.util.concurrent.CyclicBarrier.", DEFERRED),
          new Remedy("java.util.concurrent.Phaser.", DEFERRED),
          new Remedy("java.util.concurrent.Exchanger.", DEFERRED),
          new Remedy("java.util.concurrent.Semaphore.", LOCK),
          new Remedy("java.util.concurrent.locks.LockSupport.", DEFERRED),
          new Remedy("java.util.concurrent.locks.", LOCK),
          new Remedy("java.util.concurrent.ConcurrentHashMap.", LOCK),
          new Remedy("java.net.", "use a Netty channel on Loop.nettyLoop(), or " + POOL),
          new Remedy("io.netty.util.concurrent.", AWAIT),
          new Remedy("io.netty.channel.", AWAIT),
          new Remedy("reactor.core.publisher.", AWAIT));

  private Remedies() {}

  static String of(String call, String blocked) {
    if (call.startsWith("java.util.concurrent.") && call.contains("Queue.")
        || call.startsWith("java.util.concurrent.") && call.contains("Deque.")) {
      return "use a dev.treadle.queue.AsyncQueue, whose put() and take() suspend the task";
    }
    for (String method : List.of(call, blocked)) {
      for (Remedy remedy : BY_CALL) {
        if (method.startsWith(remedy.prefix)) {
          return remedy.text;
        }
      }
    }
    return POOL;
  }

  private record Remedy(String prefix, String text) {}
}
