package dev.treadle.benchmarks.offload;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.sleep;

import dev.treadle.Loop;
import dev.treadle.benchmarks.io.Latencies;
import dev.treadle.benchmarks.io.Sample;
import dev.treadle.offload.Call;
import dev.treadle.offload.OffloadExecutor;
import dev.treadle.offload.ProcessPool;
import dev.treadle.offload.ProcessPoolBuilder;
import dev.treadle.offload.ThreadPool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Treadle's pool of worker processes, on a loop of its own, and what it is made to do. */
final class Ours implements AutoCloseable {
  private static final Duration MILLI = Duration.ofMillis(1);
  private static final Duration SETTLE = Duration.ofMillis(200);
  private static final long SPIN_NANOS = 50_000_000;

  private final int workers;
  private final Loop loop = Loop.start("benchmark");
  private final OffloadExecutor pool;

  Ours(int workers) throws Exception {
    this.workers = workers;
    pool = onLoop(this::open);
  }

  private OffloadExecutor open() {
    return ProcessPool.builder().workers(workers).open();
  }

  /** Calls one after another, awaited by a task. */
  Trial.Round roundTrips(int times) {
    return timed(
        times,
        () -> {
          for (int n = 0; n < times; n++) {
            await(pool.submit(Jobs::nothing));
          }
        });
  }

  /** The same from a thread without a loop, which blocks. */
  Trial.Round roundTripsOfAThread(int times) {
    return () -> {
      long start = System.nanoTime();
      for (int n = 0; n < times; n++) {
        pool.submit(Jobs::nothing).get();
      }
      return Sample.of(times, System.nanoTime() - start);
    };
  }

  /** As many calls at once. */
  Trial.Round submits(int times) {
    return timed(
        times,
        () -> {
          List<Call<?>> calls = new ArrayList<>(times);
          for (int n = 0; n < times; n++) {
            calls.add(pool.submit(Jobs::nothing));
          }
          calls.forEach(call -> await(call));
        });
  }

  /** One map of so many. */
  Trial.Round map(int calls) {
    return timed(
        calls,
        () -> {
          long sum = 0;
          Iterable<Long> numbers = () -> LongStream.range(0, calls).iterator();
          for (long result : pool.map(Jobs::twice, numbers)) {
            sum += result;
          }
          Check.sum((long) calls * (calls - 1), sum);
        });
  }

  /** One call with so many bytes as its argument. */
  Trial.Round argument(int size) {
    byte[] data = new byte[size];
    Arrays.fill(data, (byte) 1);
    return timed(1, () -> Check.sum(size + 2L, await(pool.submit(Jobs.endsOf(data)))));
  }

  /** The same outside the heap. */
  Trial.Round segment(int size) {
    MemorySegment data = Arena.ofAuto().allocate(size).fill((byte) 1);
    return timed(1, () -> Check.sum(size + 2L, await(pool.submit(Jobs.endsOf(data)))));
  }

  /**
   * The first result of a new pool whose workers all start.
   *
   * @param archives where an archive of their classes is, or will be after the first time; null:
   *     without one
   */
  Trial.Round cold(@Nullable Path archives) {
    ProcessPoolBuilder options = ProcessPool.builder().workers(workers);
    if (archives != null) {
      options.archive(archives).classPath(Jars.classPath(archives));
    }
    return () ->
        onLoop(
            () -> {
              long start = System.nanoTime();
              try (OffloadExecutor fresh = options.open()) {
                List<Call<?>> calls = new ArrayList<>();
                for (int n = 0; n < workers; n++) {
                  calls.add(fresh.submit(Jobs::nothing));
                }
                await(calls.getFirst());
                return Sample.of(1, System.nanoTime() - start);
              }
            });
  }

  /** The six numbers, so many times over, in the workers. */
  Trial.Round primes(int times) {
    return timed(times, () -> primes(pool, times));
  }

  /** The same in as many threads: what the machine can do, without processes. */
  Trial.Round primesInThreads(int times) {
    return timed(
        times,
        () -> {
          try (OffloadExecutor threads = new ThreadPool(workers)) {
            primes(threads, times);
          }
        });
  }

  private static void primes(OffloadExecutor executor, int times) {
    int primes = 0;
    for (boolean isPrime : executor.map(Jobs::isPrime, Jobs.numbers(times))) {
      primes += isPrime ? 1 : 0;
    }
    Check.sum(5L * times, primes);
  }

  /** The same in this thread. */
  Trial.Round primesAlone(int times) {
    return () -> {
      long start = System.nanoTime();
      Check.sum(5L * times, Jobs.numbers(times).stream().filter(Jobs::isPrime).count());
      return Sample.of(times, System.nanoTime() - start);
    };
  }

  /** How late sleeps of a millisecond end on the loop, while every worker is busy or none is. */
  Trial.Round latency(int millis, boolean saturated) {
    return () ->
        onLoop(
            () -> {
              boolean[] stop = new boolean[1];
              Latencies late = new Latencies();
              group(
                  all -> {
                    // Twice as many as workers, so that none ever waits for its next.
                    IntStream.range(0, saturated ? 2 * workers : 0)
                        .forEach(n -> all.spawn("saturate", () -> saturate(stop)));
                    sleep(SETTLE);
                    tick(Duration.ofMillis(millis).toNanos(), late);
                    stop[0] = true;
                  });
              return Sample.ofWaits(late.percentile(0.99));
            });
  }

  private void saturate(boolean[] stop) {
    while (!stop[0]) {
      await(pool.submit(Jobs.spinning(SPIN_NANOS)));
    }
  }

  private static void tick(long nanos, Latencies late) {
    long start = System.nanoTime();
    long now = start;
    while (now - start < nanos) {
      long due = now + MILLI.toNanos();
      sleep(MILLI);
      now = System.nanoTime();
      late.add(Math.max(0, now - due));
    }
  }

  private Trial.Round timed(int count, Runnable body) {
    return () ->
        onLoop(
            () -> {
              long start = System.nanoTime();
              body.run();
              return Sample.of(count, System.nanoTime() - start);
            });
  }

  private <T> T onLoop(Callable<T> body) throws Exception {
    return await(loop.submit(body));
  }

  @Override
  public void close() {
    await(loop.submit("close", () -> pool.close()));
    loop.close();
  }
}
