package dev.treadle;

import java.util.Set;

/** Tells the frames of user code from those of the loop beneath it. */
final class LoopFrames {
  private static final Set<String> MACHINERY =
      Set.of(
          Awaitable.class.getName(),
          AwaitableClause.class.getName(),
          AwaitedFrom.class.getName(),
          AwaitersText.class.getName(),
          Bodies.class.getName(),
          Bridge.class.getName(),
          CancelScope.class.getName(),
          Cancellation.class.getName(),
          Collecting.class.getName(),
          Completions.class.getName(),
          Concurrently.class.getName(),
          EagerStart.class.getName(),
          FanOut.class.getName(),
          Gather.class.getName(),
          Handle.class.getName(),
          Inlet.class.getName(),
          Loop.class.getName(),
          LoopBuilder.class.getName(),
          LoopDriver.class.getName(),
          LoopErrors.class.getName(),
          LoopProbe.class.getName(),
          OffLoop.class.getName(),
          OnThread.class.getName(),
          Outcome.class.getName(),
          QueueClause.class.getName(),
          Race.class.getName(),
          Selection.class.getName(),
          SourceLauncher.class.getName(),
          Task.class.getName(),
          TaskBody.class.getName(),
          TaskGroup.class.getName(),
          TaskTree.class.getName(),
          TimeoutClause.class.getName(),
          Timeouts.class.getName(),
          Traces.class.getName(),
          Treadle.class.getName(),
          Valueless.class.getName(),
          WaitQueue.class.getName(),
          // By name: these packages build on this one.
          "dev.treadle.http.Conversation",
          "dev.treadle.http.Exchange",
          "dev.treadle.http.Served",
          "dev.treadle.internal.Taking",
          "dev.treadle.io.Acceptor",
          "dev.treadle.io.ChannelWire",
          "dev.treadle.io.Confinement",
          "dev.treadle.io.Connecting",
          "dev.treadle.io.Connection",
          "dev.treadle.io.Lines",
          "dev.treadle.io.Net",
          "dev.treadle.io.NetOptions",
          "dev.treadle.io.Server",
          "dev.treadle.io.StreamReader",
          "dev.treadle.io.StreamWriter",
          "dev.treadle.queue.AsyncQueue",
          "dev.treadle.queue.ThreadSide",
          "dev.treadle.reactor.FluxIterator",
          "dev.treadle.reactor.FluxSignal",
          "dev.treadle.reactor.Reactive",
          "dev.treadle.reactor.TaskSubscription",
          "dev.treadle.reactor.Upstream",
          "dev.treadle.sync.AsyncBarrier",
          "dev.treadle.sync.AsyncCondition",
          "dev.treadle.sync.AsyncEvent",
          "dev.treadle.sync.AsyncLock",
          "dev.treadle.sync.AsyncSemaphore",
          "dev.treadle.sync.Confined");

  private LoopFrames() {}

  static boolean isMachinery(String className) {
    int lambda = className.indexOf('$');
    return MACHINERY.contains(lambda < 0 ? className : className.substring(0, lambda));
  }
}
