package dev.treadle.demos;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;

import dev.treadle.Loop;
import dev.treadle.offload.Call;
import dev.treadle.offload.OffloadExecutor;
import dev.treadle.offload.ThreadPool;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A worker thread that goes on until it is told to stop. */
@Command(
    name = "threads",
    description = "A thread works over and over until an event tells it to stop.")
final class Threads extends Helpful implements Runnable {
  private static final long BREAK_MILLIS = 500;

  private final Terminal terminal;

  @Option(
      names = "--time",
      paramLabel = "TIME",
      defaultValue = "3s",
      converter = TimeSpan.class,
      description = "When it is told (default: after ${DEFAULT-VALUE}).")
  private Duration time = Duration.ZERO;

  Threads(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    Loop.builder().name("threads").run(this::employ);
  }

  private void employ() {
    CountDownLatch stop = new CountDownLatch(1);
    try (OffloadExecutor pool = new ThreadPool(1)) {
      Call<@Nullable Void> worker = pool.submit(() -> work(stop));
      sleep(time);
      stop.countDown();
      await(worker);
      terminal.println("worker is gone.");
    }
  }

  /** On the pool's thread, where waiting for the event keeps nobody else waiting. */
  private void work(CountDownLatch stop) throws InterruptedException {
    do {
      terminal.println("do Overwork");
    } while (!stop.await(BREAK_MILLIS, TimeUnit.MILLISECONDS));
    terminal.println("retired..");
  }
}
