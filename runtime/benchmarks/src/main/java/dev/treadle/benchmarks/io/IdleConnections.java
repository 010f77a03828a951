package dev.treadle.benchmarks.io;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What a server keeps for each connection on which nothing happens: the bytes in use with ten
 * thousand less those before they came, by a server that has been busy and has had as many before.
 */
final class IdleConnections {
  static final int COUNT = 10_000;

  private static final int FEW = 50;
  private static final int WARM_MILLIS = 3_000;
  private static final int LOOK_MILLIS = 300;
  private static final int MOST_LOOKS = 10;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Child client;
  private final Progress progress;

  IdleConnections(Child client, Progress progress) {
    this.client = client;
    this.progress = progress;
  }

  /** Measures each with a new process in every round. */
  Measured measure(String title, List<Contender> contenders, int rounds)
      throws InterruptedException {
    Measured measured = new Measured(title);
    for (int round = 1; round <= rounds && !progress.isTimeUp(); round++) {
      progress.say(title + ": round " + round + " of " + rounds);
      for (Contender contender : contenders) {
        if (contender.missing() != null) {
          measured.leaveOut(contender.title(), contender.missing());
        } else if (!measured.missing().containsKey(contender.title())) {
          round(contender, measured);
        }
      }
    }
    return measured;
  }

  private void round(Contender contender, Measured measured) throws InterruptedException {
    try (Server server = Server.start(contender)) {
      new EchoLoad(client, FEW).measure(server, 0, WARM_MILLIS);
      // The first ones only have the path of a new connection compiled.
      openAndClose(server);
      double each = openAndClose(server);
      measured.add(contender.title(), new Sample(each, 0, 0, 0));
      progress.say(String.format(Locale.ROOT, "  %-30s %,6.0f B each", contender.title(), each));
    } catch (IOException | RuntimeException failure) {
      measured.leaveOut(contender.title(), "failed");
      progress.say("  " + contender.title() + " failed: " + failure.getMessage());
    }
  }

  /**
   * Compares with what was there before, and not with what is left: that may be more for a while.
   * What is kept from one connection for the next is there since the first time.
   */
  private double openAndClose(Server server) throws IOException, InterruptedException {
    long before = settled(server);
    client.ask("open %d %d".formatted(server.port(), COUNT), PATIENCE);
    long open = server.usedBytes();
    // All of them still answer.
    client.ask("check", PATIENCE);
    client.ask("close", PATIENCE);
    return (open - before) / (double) COUNT;
  }

  /** The bytes in use once the server has seen that its clients are gone. */
  private static long settled(Server server) throws IOException, InterruptedException {
    long before = Long.MAX_VALUE;
    long now = server.usedBytes();
    for (int n = 0; n < MOST_LOOKS && Math.abs(before - now) > COUNT; n++) {
      Thread.sleep(LOOK_MILLIS);
      before = now;
      now = server.usedBytes();
    }
    return now;
  }
}
