package dev.treadle.demos;

import static dev.treadle.Treadle.await;

import dev.treadle.Loop;
import dev.treadle.offload.Call;
import dev.treadle.offload.OffloadExecutor;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A call that is asked whether it is done, awaited, and asked again. */
@Command(
    name = "futures",
    description = "A worker process takes five seconds for a step; is it done? And then?")
final class Futures extends Helpful implements Runnable {
  private final Terminal terminal;

  @Option(
      names = "--time",
      paramLabel = "TIME",
      defaultValue = "5s",
      converter = TimeSpan.class,
      description = "How long the step takes (default: ${DEFAULT-VALUE}).")
  private Duration time = Duration.ZERO;

  Futures(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    Loop.builder().name("futures").run(this::submit);
  }

  private void submit() {
    Duration taking = time;
    try (OffloadExecutor pool = PoolKind.PROCESS.open()) {
      Call<String> call = pool.submit(() -> hello(taking));
      terminal.println(String.valueOf(call.isDone()));
      String result = await(call);
      terminal.println(String.valueOf(call.isDone()));
      terminal.println("Result: " + result);
    }
  }

  /** Done by a worker, which may block. */
  private static String hello(Duration taking) throws InterruptedException {
    Thread.sleep(taking);
    return "hello";
  }
}
