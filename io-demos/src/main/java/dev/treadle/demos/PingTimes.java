package dev.treadle.demos;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.sleep;

import dev.treadle.Loop;
import dev.treadle.http.Http;
import dev.treadle.http.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * How long pings took.
 *
 * @param sorted each in nanoseconds, the shortest first
 */
record PingTimes(List<Long> sorted) {
  static final String TITLE =
      "%-32s %7s %10s %10s %10s".formatted("", "pings", "p50 ms", "p99 ms", "longest");

  /** How many clients ask for factors at once: more than there are workers. */
  private static final int CLIENTS = 2 * Runtime.getRuntime().availableProcessors();

  /** A prime, which takes the longest. */
  private static final String FACTOR = "/factor?n=112272535095293";

  private static final Duration PAUSE = Duration.ofMillis(5);

  /**
   * Pings a site, the next 5 ms after the answer to the one before, from a loop on a thread of its
   * own: what delays the answers is the site's doing. In a task of any other loop.
   */
  static PingTimes measure(String home, boolean factoring, Duration time) {
    return onThread(() -> Loop.builder().name("clients").run(() -> askAll(home, factoring, time)));
  }

  private static PingTimes askAll(String home, boolean factoring, Duration time) {
    List<Long> times = new ArrayList<>();
    boolean[] ended = new boolean[1];
    ask(home, "/ping");
    if (factoring) {
      // The first waits for its worker to start.
      ask(home, FACTOR);
    }
    group(
        all -> {
          for (int n = 0; factoring && n < CLIENTS; n++) {
            all.spawn(
                "factor-" + n,
                () -> {
                  while (!ended[0]) {
                    ask(home, FACTOR);
                  }
                });
          }
          long start = System.nanoTime();
          do {
            sleep(PAUSE);
            times.add(ask(home, "/ping"));
          } while (System.nanoTime() - start < time.toNanos());
          ended[0] = true;
        });
    Collections.sort(times);
    return new PingTimes(times);
  }

  /** Gives how long it took. */
  private static long ask(String home, String path) {
    long start = System.nanoTime();
    Reply reply = await(Http.get(home + path));
    if (reply == null || reply.status() != 200) {
      throw new IllegalStateException("not answered: path=" + path + " reply=" + reply);
    }
    return System.nanoTime() - start;
  }

  /** The row of the table. */
  String line(String title) {
    return String.format(
        Locale.ROOT,
        "%-32s %7d %10.2f %10.2f %10.2f",
        title,
        sorted.size(),
        percentile(50),
        percentile(99),
        percentile(100));
  }

  private double percentile(int percent) {
    int rank = (sorted.size() * percent + 99) / 100;
    return sorted.get(rank - 1) / 1e6;
  }
}
