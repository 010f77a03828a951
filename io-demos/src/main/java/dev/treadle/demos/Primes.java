package dev.treadle.demos;

import dev.treadle.offload.OffloadExecutor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The same steps in this thread, in threads and in worker processes. */
@Command(
    name = "primes",
    description = {
      "Tells which of six large numbers are prime, and how long each way took:",
      "cold, with the start of its workers, and warm, the six many times over."
    })
final class Primes extends Helpful implements Runnable {
  private static final List<Long> NUMBERS =
      List.of(
          112272535095293L,
          112582705942171L,
          112272535095293L,
          115280095190773L,
          115797848077099L,
          1099726899285419L);

  private final Terminal terminal;

  @Option(
      names = "--pool",
      paramLabel = "KIND",
      defaultValue = "all",
      converter = PoolKinds.Converter.class,
      description = "process, thread, none or all (default: ${DEFAULT-VALUE}).")
  private PoolKinds pool = new PoolKinds(List.of());

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "30",
      converter = PositiveInt.class,
      description = "How many times over when warm (default: ${DEFAULT-VALUE}).")
  private int rounds;

  Primes(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    List<String> lines = new ArrayList<>();
    long alone = 0;
    for (PoolKind kind : pool.kinds()) {
      long start = System.nanoTime();
      try (OffloadExecutor executor = kind.open()) {
        tell(executor, lines.isEmpty());
        long cold = System.nanoTime() - start;
        long warm = repeat(executor);
        alone = kind == PoolKind.NONE ? warm : alone;
        lines.add(
            "pool=%s cold=%s warm=%s".formatted(kind, seconds(cold), seconds(warm))
                + (alone == 0
                    ? ""
                    : String.format(Locale.ROOT, " speed-up=%.2f", (double) alone / warm)));
      }
    }
    lines.forEach(terminal::println);
  }

  /** In the order of the numbers, each as soon as it and those before it are known. */
  private void tell(OffloadExecutor executor, boolean isFirst) {
    int n = 0;
    for (boolean isPrime : executor.map(Arithmetic::isPrime, NUMBERS)) {
      if (isFirst) {
        terminal.println(NUMBERS.get(n++) + " is prime: " + (isPrime ? "True" : "False"));
      }
    }
  }

  /** How long the six take so many times over. */
  private long repeat(OffloadExecutor executor) {
    List<Long> many = Collections.nCopies(rounds, NUMBERS).stream().flatMap(List::stream).toList();
    long start = System.nanoTime();
    executor.map(Arithmetic::isPrime, many).forEach(isPrime -> {});
    return System.nanoTime() - start;
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.3fs", nanos / 1e9);
  }
}
