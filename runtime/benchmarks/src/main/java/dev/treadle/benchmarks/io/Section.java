package dev.treadle.benchmarks.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Contenders under the same load, measured in turns: one round of each, then the next, so that
 * whatever slows the machine for a while slows them all. All run all the time; those whose turn it
 * is not are idle.
 *
 * @param title what the table calls it
 * @param contenders who is measured
 * @param load how
 * @param rounds how often each
 * @param millis how long each time
 * @param busy what share of its core the server or its client needs at least; with less, both had
 *     to wait for something else, and the round is measured again
 */
record Section(
    String title, List<Contender> contenders, Load load, int rounds, int millis, double busy) {
  private static final int SETTLE_MILLIS = 200;

  /** How often one round of one contender is measured again. */
  private static final int MOST_REPEATS = 3;

  /**
   * Measures until the rounds are done or, at the end of a round, the time is up. A contender that
   * does not start or fails is left out, and the others go on.
   */
  Measured measure(Progress progress) throws InterruptedException {
    Measured measured = new Measured(title);
    if (progress.isTimeUp()) {
      progress.say(title + ": no time left");
      return measured;
    }
    List<Server> servers = new ArrayList<>();
    try {
      for (Contender contender : contenders) {
        start(contender, servers, measured, progress);
      }
      progress.say(title + ": warming up");
      for (Server server : List.copyOf(servers)) {
        round(server, server.contender().warmMillis(), servers, measured, progress);
      }
      // That they all lose their connections after so long has some code compiled anew.
      for (Server server : List.copyOf(servers)) {
        round(server, SETTLE_MILLIS, servers, measured, progress);
      }
      for (int round = 1; round <= rounds && !progress.isTimeUp(); round++) {
        progress.say(title + ": round " + round + " of " + rounds);
        for (Server server : List.copyOf(servers)) {
          Sample sample = round(server, SETTLE_MILLIS, servers, measured, progress);
          for (int n = 0; n < MOST_REPEATS && !progress.isTimeUp(); n++) {
            if (sample == null || !isDisturbed(sample)) {
              break;
            }
            progress.say("  " + describe(server, sample) + ", again");
            sample = round(server, SETTLE_MILLIS, servers, measured, progress);
          }
          if (sample != null) {
            measured.add(server.contender().title(), sample);
            progress.say("  " + describe(server, sample));
          }
        }
      }
      return measured;
    } finally {
      servers.forEach(Server::close);
    }
  }

  private boolean isDisturbed(Sample sample) {
    return Math.max(sample.serverCpu(), sample.clientCpu()) < busy;
  }

  private static void start(
      Contender contender, List<Server> servers, Measured measured, Progress progress)
      throws InterruptedException {
    if (contender.missing() != null) {
      measured.leaveOut(contender.title(), contender.missing());
      progress.say("  " + contender.title() + ": " + contender.missing());
      return;
    }
    try {
      servers.add(Server.start(contender));
    } catch (IOException | RuntimeException failure) {
      leaveOut(contender, failure, measured, progress);
    }
  }

  private @Nullable Sample round(
      Server server, int warmMillis, List<Server> servers, Measured measured, Progress progress)
      throws InterruptedException {
    try {
      return load.measure(server, warmMillis, millis);
    } catch (IOException | RuntimeException failure) {
      servers.remove(server);
      server.close();
      leaveOut(server.contender(), failure, measured, progress);
      return null;
    }
  }

  private static String describe(Server server, Sample sample) {
    return String.format(
        Locale.ROOT,
        "%-30s %,9.0f/s  p99 %,7.0f µs  server %3.0f %%  client %3.0f %%",
        server.contender().title(),
        sample.perSecond(),
        sample.p99Nanos() / 1e3,
        100 * sample.serverCpu(),
        100 * sample.clientCpu());
  }

  private static void leaveOut(
      Contender contender, Exception failure, Measured measured, Progress progress) {
    measured.leaveOut(contender.title(), "failed");
    progress.say("  " + contender.title() + " failed: " + failure.getMessage());
  }
}
