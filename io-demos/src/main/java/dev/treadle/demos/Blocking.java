package dev.treadle.demos;

import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.sleep;

import dev.treadle.Action;
import dev.treadle.Loop;
import dev.treadle.LoopBuilder;
import dev.treadle.VirtualClock;
import dev.treadle.testing.BlockingCallError;
import dev.treadle.testing.BlockingGuard;
import dev.treadle.testing.Recording;
import dev.treadle.testing.Violation;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A handler that blocks the loop, what a test says about it, and the handler repaired. */
@Command(
    name = "blocking",
    description = {
      "A handler calls Thread.sleep, which would stop every other task.",
      "Shows what a test reports, and the repaired handler beside another task."
    })
final class Blocking extends Helpful implements Runnable {
  private static final Duration PAUSE = Duration.ofMillis(300);
  private static final Duration TICK = Duration.ofMillis(100);

  private final Terminal terminal;

  @Option(names = "--virtual", description = "On a virtual clock, which never waits.")
  private boolean virtual;

  Blocking(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    try {
      BlockingGuard.builder()
          .allow(Terminal.class, "println", "a short line, for somebody who watches")
          .install();
    } catch (IllegalStateException missingFlags) {
      throw new UserError(String.valueOf(missingFlags.getMessage()));
    }
    terminal.println("# A handler that calls Thread.sleep");
    serve(this::handleBlocking);
    terminal.println("# The handler repaired: the other task goes on while it sleeps");
    serve(this::handle);
  }

  private void handleBlocking() throws InterruptedException {
    Thread.sleep(PAUSE);
    terminal.println("request handled");
  }

  private void handle() {
    sleep(PAUSE);
    terminal.println("request handled");
  }

  /** Runs a handler beside a task that ticks, and shows what blocked the loop meanwhile. */
  private void serve(Action<Exception> handler) {
    LoopBuilder loop = Loop.builder();
    if (virtual) {
      loop.clock(new VirtualClock());
    }
    try (Recording recording = BlockingGuard.record()) {
      loop.run(
          () ->
              group(
                  all -> {
                    all.spawn("request-1", () -> report(handler));
                    all.spawn("ticker", this::tick);
                  }));
      for (Violation violation : recording.violations()) {
        terminal.out().print(violation.report());
      }
    }
  }

  /** A refused call fails its task; here that is shown and not passed on. */
  private void report(Action<Exception> handler) throws Exception {
    try {
      handler.run();
    } catch (BlockingCallError refused) {
      terminal.println("request failed");
    }
  }

  private void tick() {
    for (int n = 1; n <= 2; n++) {
      sleep(TICK);
      terminal.println("tick " + n);
    }
  }
}
