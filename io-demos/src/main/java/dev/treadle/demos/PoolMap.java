package dev.treadle.demos;

import dev.treadle.Loop;
import dev.treadle.offload.MapOptions;
import dev.treadle.offload.OffloadExecutor;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** A map over a pool of worker processes, and who did what. */
@Command(
    name = "pool-map",
    description = "Worker processes double the numbers 1 to 5; shows which of them did which.")
final class PoolMap extends Helpful implements Runnable {
  /** Each number by itself: a few of them would go to one worker together otherwise. */
  private static final MapOptions ONE_BY_ONE = MapOptions.DEFAULT.chunk(1);

  private final Terminal terminal;

  PoolMap(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    Loop.builder().name("pool-map").run(this::map);
  }

  private void map() {
    terminal.println("parent: pid=" + ProcessHandle.current().pid());
    List<Long> all = new ArrayList<>();
    try (OffloadExecutor pool = PoolKind.PROCESS.open()) {
      for (Doubled doubled : pool.map(Doubled::of, List.of(1L, 2L, 3L, 4L, 5L), ONE_BY_ONE)) {
        terminal.println(
            doubled.number() + " doubled is " + doubled.twice() + ": pid=" + doubled.pid());
        all.add(doubled.twice());
      }
    }
    terminal.println("all: " + all);
  }
}
