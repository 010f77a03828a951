package dev.treadle.demos;

import static dev.treadle.Treadle.group;

import dev.treadle.Loop;
import dev.treadle.coroutines.Coroutine;
import dev.treadle.coroutines.StopIteration;
import dev.treadle.queue.AsyncQueue;
import java.nio.charset.Charset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tasks that read lines, tasks that count them, and a bounded queue between. */
@Command(
    name = "producer-consumer",
    description = {
      "Counts lines, words and bytes, as wc does.",
      "Producers read lines and put them into a bounded queue; consumers take and count them.",
      "A line of more than 8 KiB is handed over in parts."
    })
final class ProducerConsumer extends Helpful implements Runnable {
  private static final int LONGEST_PART = 8 * 1024;

  private final Terminal terminal;
  private final Charset encoding = WordCounter.localeEncoding();

  @Parameters(
      paramLabel = "FILE",
      arity = "0..*",
      description = "What to read; standard input if none is given, or where it is '-'.")
  private List<String> files = List.of();

  @Option(
      names = "--producers",
      paramLabel = "N",
      defaultValue = "1",
      converter = PositiveInt.class,
      description = "How many tasks share the files (default: ${DEFAULT-VALUE}).")
  private int producers;

  @Option(
      names = "--consumers",
      paramLabel = "N",
      defaultValue = "1",
      converter = PositiveInt.class,
      description = "How many tasks share the lines (default: ${DEFAULT-VALUE}).")
  private int consumers;

  @Option(
      names = "--capacity",
      paramLabel = "N",
      defaultValue = "10",
      converter = PositiveInt.class,
      description = "How many lines the queue holds (default: ${DEFAULT-VALUE}).")
  private int capacity;

  @Option(names = "--verbose", description = "Print each hand-over.")
  private boolean verbose;

  private long produced;

  ProducerConsumer(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    List<String> names = files.isEmpty() ? List.of(Input.STANDARD) : files;
    List<Input> inputs = names.stream().map(Input::of).toList();
    List<Tally> tallies = new ArrayList<>();
    // One thread for each producer at most, as each has one read at a time.
    ExecutorService helper =
        Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("reader-", 1).factory());
    try (Progress progress = new Progress(terminal, inputs)) {
      Loop.builder().run(() -> transfer(new ArrayDeque<>(inputs), helper, progress, tallies));
    } finally {
      helper.shutdown();
    }
    terminal.println(
        "produced="
            + produced
            + " consumed="
            + tallies.stream().mapToLong(Tally::lines).sum()
            + " words="
            + tallies.stream().mapToLong(Tally::words).sum()
            + " bytes="
            + tallies.stream().mapToLong(Tally::bytes).sum());
  }

  private void transfer(
      Queue<Input> inputs, Executor helper, Progress progress, List<Tally> tallies) {
    AsyncQueue<Line> queue = AsyncQueue.bounded(capacity);
    group(
        all -> {
          for (int n = 1; n <= consumers; n++) {
            int number = n;
            all.spawn("consumer-" + n, () -> tallies.add(consume(number, queue)));
          }
          group(
              producing -> {
                for (int n = 1; n <= producers; n++) {
                  int number = n;
                  producing.spawn(
                      "producer-" + n, () -> produce(number, inputs, helper, progress, queue));
                }
              });
          queue.close();
        });
  }

  private void produce(
      int number, Queue<Input> inputs, Executor helper, Progress progress, AsyncQueue<Line> queue) {
    for (Input input = inputs.poll(); input != null; input = inputs.poll()) {
      try (ChunkReader reader = new ChunkReader(input, terminal, helper)) {
        LineSplitter lines = new LineSplitter(LONGEST_PART, encoding);
        for (byte[] chunk = reader.next(); chunk.length > 0; chunk = reader.next()) {
          progress.add(chunk.length);
          lines.add(chunk);
          for (Line line = lines.next(); line != null; line = lines.next()) {
            put(number, line, queue);
          }
        }
        put(number, lines.last(), queue);
      }
    }
  }

  private void put(int number, @Nullable Line line, AsyncQueue<Line> queue) {
    if (line == null) {
      return;
    }
    queue.put(line);
    if (line.ends()) {
      produced++;
    }
    if (verbose) {
      terminal.println("producer=" + number + " put bytes=" + line.size() + " " + queued(queue));
    }
  }

  private Tally consume(int number, AsyncQueue<Line> queue) {
    try (Coroutine<@Nullable Line, Tally, Tally> counter = Tally.counting(encoding)) {
      counter.next();
      for (Line line : queue) {
        Tally tally = counter.send(line);
        if (verbose) {
          terminal.println(
              "consumer="
                  + number
                  + " took bytes="
                  + line.size()
                  + " lines="
                  + tally.lines()
                  + " "
                  + queued(queue));
        }
      }
      return end(counter);
    }
  }

  /** Sends the null that ends it. */
  private static Tally end(Coroutine<@Nullable Line, Tally, Tally> counter) {
    try {
      counter.send(null);
    } catch (StopIteration ended) {
      return counter.result();
    }
    throw new IllegalStateException("the tally goes on: coroutine=" + counter);
  }

  private static String queued(AsyncQueue<Line> queue) {
    return "queue=" + queue.size() + "/" + queue.capacity();
  }
}
