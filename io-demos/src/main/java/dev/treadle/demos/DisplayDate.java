package dev.treadle.demos;

import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.sleep;

import dev.treadle.Loop;
import dev.treadle.LoopBuilder;
import dev.treadle.VirtualClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tasks that tell the time, each at its own pace: asyncio's example of that name. */
@Command(
    name = "display-date",
    description = "Tasks on one thread tell the time and sleep for a random time in between.")
final class DisplayDate extends Helpful implements Runnable {
  private static final Duration LAST_SECOND = Duration.ofSeconds(1);
  private static final Instant VIRTUAL_START = Instant.parse("2026-11-20T15:16:20.801473Z");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS");

  private final Terminal terminal;

  @Option(
      names = "--tasks",
      paramLabel = "N",
      defaultValue = "2",
      converter = PositiveInt.class,
      description = "How many tasks (default: ${DEFAULT-VALUE}).")
  private int tasks;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      defaultValue = "50s",
      converter = TimeSpan.class,
      description = "How long, such as 50s, 2m, 1500ms or PT1M30S (default: ${DEFAULT-VALUE}).")
  private Duration duration = Duration.ZERO;

  @Option(
      names = "--max-delay",
      paramLabel = "TIME",
      defaultValue = "5s",
      converter = TimeSpan.class,
      description = "The longest sleep; each is of whole seconds (default: ${DEFAULT-VALUE}).")
  private Duration maxDelay = Duration.ZERO;

  @Option(
      names = "--seed",
      paramLabel = "N",
      converter = WholeNumber.class,
      description = "Makes the sleeps the same in every run.")
  private @Nullable Long seed;

  @Option(
      names = "--virtual",
      description = "On a virtual clock, which starts at the same date always and never waits.")
  private boolean virtual;

  DisplayDate(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    long maxSeconds = maxDelay.toSeconds();
    LoopBuilder loop = Loop.builder();
    if (virtual) {
      if (maxSeconds == 0 && duration.compareTo(LAST_SECOND) > 0) {
        throw new UserError(
            "virtual time would stand still: --max-delay="
                + TimeSpan.text(maxDelay)
                + "; give 1s or more, or leave out --virtual");
      }
      loop.clock(new VirtualClock(VIRTUAL_START));
    }
    SplittableRandom random = seed == null ? new SplittableRandom() : new SplittableRandom(seed);
    loop.run(
        () ->
            group(
                all -> {
                  for (int n = 1; n <= tasks; n++) {
                    int number = n;
                    // One of its own for each task: the order in which they run changes nothing.
                    SplittableRandom own = random.split();
                    all.spawn("display-date-" + n, () -> displayDate(number, own, maxSeconds));
                  }
                }));
  }

  private void displayDate(int number, SplittableRandom random, long maxSeconds) {
    Loop loop = Loop.current();
    // The virtual date is the same in every zone.
    Clock clock = virtual ? loop.clock().withZone(ZoneOffset.UTC) : loop.clock();
    Duration end = loop.time().plus(duration);
    while (true) {
      terminal.println("Loop: " + number + " Time: " + TIME.format(LocalDateTime.now(clock)));
      if (loop.time().plus(LAST_SECOND).compareTo(end) >= 0) {
        return;
      }
      sleep(Duration.ofSeconds(random.nextLong(maxSeconds + 1)));
    }
  }
}
