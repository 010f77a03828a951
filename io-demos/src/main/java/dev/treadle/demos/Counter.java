package dev.treadle.demos;

import dev.treadle.offload.Call;
import dev.treadle.offload.OffloadExecutor;
import dev.treadle.offload.ProcessPool;
import dev.treadle.offload.ThreadPool;
import dev.treadle.offload.memory.SharedMemory;
import dev.treadle.offload.process.ProcessQueue;
import dev.treadle.offload.process.WorkerProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Workers that count, and ways to add up what they have counted. */
@Command(
    name = "counter",
    description = {
      "Workers count by ones, each as far as the others, and tell the total:",
      "processes that put their counts into a queue, processes that count in memory they share,",
      "or threads that share a number without a lock, and lose some."
    })
final class Counter extends Helpful implements Runnable {
  private final Terminal terminal;

  @Option(
      names = "--via",
      paramLabel = "WAY",
      defaultValue = "queue",
      converter = WayConverter.class,
      description = "queue, shared-memory or thread (default: ${DEFAULT-VALUE}).")
  private Way via = Way.QUEUE;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "50000000",
      converter = PositiveInt.class,
      description = "How far each counts (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "2",
      converter = PositiveInt.class,
      description = "How many count (default: ${DEFAULT-VALUE}).")
  private int workers;

  Counter(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    long expected = (long) count * workers;
    terminal.println(via + ": workers=" + workers + " count=" + count + " expected=" + expected);
    long total =
        switch (via) {
          case QUEUE -> viaQueue();
          case SHARED_MEMORY -> viaSharedMemory();
          case THREAD -> viaThreads();
        };
    terminal.println("total: " + total);
    terminal.println(
        "lost: "
            + (expected - total)
            + (total == expected && via == Way.THREAD
                ? " by chance: processors="
                    + Runtime.getRuntime().availableProcessors()
                    + "; give a larger --count"
                : ""));
  }

  private long viaQueue() {
    long each = count;
    List<WorkerProcess> processes = new ArrayList<>();
    try (ProcessQueue<Long> counts = ProcessQueue.unbounded()) {
      for (int n = 1; n <= workers; n++) {
        processes.add(WorkerProcess.start("counter-" + n, Counting.puttingInto(counts, each)));
      }
      for (WorkerProcess process : processes) {
        if (process.join() != 0) {
          throw new IllegalStateException("a worker has failed: process=" + process);
        }
      }
      long total = 0;
      for (int n = 0; n < workers; n++) {
        total += counts.take();
      }
      return total;
    } finally {
      processes.forEach(WorkerProcess::close);
    }
  }

  private long viaSharedMemory() {
    long each = count;
    try (SharedMemory memory = SharedMemory.create(Long.BYTES);
        OffloadExecutor pool = ProcessPool.builder().workers(workers).open()) {
      submitToAll(() -> pool.submit(Counting.addingTo(memory, each)));
      return memory.longs().getVolatile(0);
    }
  }

  private long viaThreads() {
    Counting shared = new Counting();
    long each = count;
    try (OffloadExecutor pool = new ThreadPool(workers)) {
      submitToAll(() -> pool.submit(() -> shared.add(each)));
    }
    return shared.value();
  }

  private void submitToAll(Supplier<Call<@Nullable Void>> submit) {
    IntStream.range(0, workers).mapToObj(n -> submit.get()).toList().forEach(Call::join);
  }

  /** What the workers share. */
  enum Way {
    QUEUE,
    SHARED_MEMORY,
    THREAD;

    @Override
    public String toString() {
      return OneOf.text(this);
    }
  }

  /** Reads it from the command line. */
  static final class WayConverter extends OneOf<Way> {
    WayConverter() {
      super(Way.class);
    }
  }
}
