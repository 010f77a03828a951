package dev.treadle.offload;

import dev.treadle.offload.internal.Codec;
import dev.treadle.offload.internal.Nesting;
import java.io.ObjectInputFilter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Options for a {@link ProcessPool}; each has a default. Confined to one thread.
 *
 * <pre>{@code
 * try (var pool = ProcessPool.builder().workers(4).maxHeap(512L << 20).recycleAfter(1000).open()) {
 *   ...
 * }
 * }</pre>
 */
public final class ProcessPoolBuilder {
  String name = "pool";
  int workers = Nesting.cores();
  @Nullable Path java;
  List<String> classPath = List.of();
  List<String> flags = List.of();
  final Map<String, String> environment = new LinkedHashMap<>();
  Set<String> withoutEnvironment = Set.of();
  long maxHeap;
  int niceness = DEFAULT_NICENESS;
  int nesting;
  @Nullable VoidJob initializer;
  int recycleAfter = Integer.MAX_VALUE;
  long recycleAbove = Long.MAX_VALUE;
  int quarantineAfter = 3;
  int threshold = 256 * 1024;
  Duration keepShared = Duration.ofSeconds(1);
  String filterPattern = "";
  ObjectInputFilter filter = Codec.defaultFilter();
  Duration startTimeout = Duration.ofSeconds(60);
  @Nullable WorkerOutputHandler output;
  @Nullable Path archive;

  /** A loop that shares a core with a busy worker is to be served first. */
  static final int DEFAULT_NICENESS = 5;

  ProcessPoolBuilder() {}

  /** What threads, logs and the tags of its workers' output call it; default {@code pool}. */
  public ProcessPoolBuilder name(String newName) {
    name = Objects.requireNonNull(newName, "name");
    return this;
  }

  /**
   * How many workers there are at most; default: one for each core. In a worker of another pool,
   * one for each core that is its share of them, and one at least.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public ProcessPoolBuilder workers(int most) {
    workers = (int) positive("workers", most);
    return this;
  }

  /** The Java program that workers are started with; default: this JVM's own. */
  public ProcessPoolBuilder java(Path program) {
    java = Objects.requireNonNull(program, "program");
    return this;
  }

  /** The class path of the workers; default: this JVM's. */
  public ProcessPoolBuilder classPath(List<String> entries) {
    classPath = List.copyOf(entries);
    return this;
  }

  /** JVM flags for the workers, after those the pool gives them. */
  public ProcessPoolBuilder flags(String... more) {
    flags = List.of(more);
    return this;
  }

  /** An environment variable for the workers, besides those of this process. */
  public ProcessPoolBuilder environment(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** Variables of this process that the workers do not get. */
  public ProcessPoolBuilder withoutEnvironment(String... variables) {
    withoutEnvironment = Set.of(variables);
    return this;
  }

  /**
   * A directory for an archive of the classes that workers load, which has the JVM start them in
   * less time: its ahead-of-time cache. If there is none there for just this class path and these
   * flags, the workers of this pool record what they load, and it is made as the first ends in
   * order, for the pools after this one; that makes the start and the end of this one longer, once.
   * What is written to the directory is code: nobody else should have a right to. Where the class
   * path is not of jars alone there is no archive, and workers start as without. Default: none.
   */
  public ProcessPoolBuilder archive(Path directory) {
    archive = directory.toAbsolutePath();
    return this;
  }

  /**
   * The most heap of each worker, in bytes; default: the JVM's own choice.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public ProcessPoolBuilder maxHeap(long bytes) {
    maxHeap = positive("maxHeap", bytes);
    return this;
  }

  /**
   * By how much the system is to prefer others to the workers, once they take calls, as {@code
   * renice} does; default 5: the loop stays prompt when all cores are busy with steps. 0 is no
   * preference.
   *
   * @throws IllegalArgumentException unless it is 0 to 19
   */
  public ProcessPoolBuilder niceness(int steps) {
    if (steps < 0 || steps > 19) {
      throw new IllegalArgumentException("niceness: steps=" + steps + "; give 0 to 19");
    }
    niceness = steps;
    return this;
  }

  /**
   * How many levels of processes the steps may start below their workers, by a pool or as {@code
   * WorkerProcess}es; default 0: none, so that pools in all workers of a pool do not fill the
   * machine with processes by mistake. Such a worker gets the JVM flags that a loop needs. A pool
   * in it has its worker's share of the cores, unless it says how many {@link #workers}, and passes
   * on less than it has. What it starts ends with it, also when it is killed.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public ProcessPoolBuilder nesting(int levels) {
    if (levels < 0) {
      throw new IllegalArgumentException("nesting: levels=" + levels + "; give 0 or more");
    }
    nesting = levels;
    return this;
  }

  /**
   * Runs in each new worker before its first call. When it fails, the worker is ended; another is
   * tried after a pause, three times, then the calls that wait fail with its failure.
   */
  public ProcessPoolBuilder initializer(VoidJob step) {
    initializer = Objects.requireNonNull(step, "step");
    return this;
  }

  /**
   * After how many calls a worker is replaced; default: never.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public ProcessPoolBuilder recycleAfter(int calls) {
    recycleAfter = (int) positive("recycleAfter", calls);
    return this;
  }

  /**
   * Above how much memory, in bytes, a worker is replaced when it has done its call; looked at
   * about ten times a second at most. What counts is the process's resident memory, without what
   * {@link #keepShared} keeps. Default: never.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public ProcessPoolBuilder recycleAbove(long bytes) {
    recycleAbove = positive("recycleAbove", bytes);
    return this;
  }

  /**
   * After how many crashed workers, with no success between, a step is refused: the same code with
   * the same captured values, whoever submits it. Its retries end, too. Default 3. See {@link
   * ProcessPool#forgive}.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public ProcessPoolBuilder quarantineAfter(int crashes) {
    quarantineAfter = (int) positive("quarantineAfter", crashes);
    return this;
  }

  /**
   * From which size on, in bytes, arrays, buffers and memory segments travel in shared memory;
   * default 256 KiB.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public ProcessPoolBuilder sharedFrom(int bytes) {
    threshold = (int) positive("sharedFrom", bytes);
    return this;
  }

  /**
   * How long, in real time, shared memory that an array or a heap buffer went through as argument
   * is kept for the next ones, after the call has succeeded; default a second. To use it again is
   * several times as fast as to have more of the system. It goes at the latest after twice that
   * time without use, and with the pool. No more than 256 MiB are kept, at most 8 files, and at
   * most a quarter of what {@code /dev/shm} holds; what is beyond is had anew for each call. Zero:
   * nothing is kept.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public ProcessPoolBuilder keepShared(Duration unused) {
    if (unused.isNegative()) {
      throw new IllegalArgumentException(
          "keepShared: value=" + unused + "; give zero to keep nothing, or more");
    }
    keepShared = unused;
    return this;
  }

  /**
   * What may be deserialized, on both sides, as a pattern of {@link
   * ObjectInputFilter.Config#createFilter}; default: anything of a sane size and depth.
   *
   * @throws IllegalArgumentException if the pattern is none
   */
  public ProcessPoolBuilder filter(String pattern) {
    filter = ObjectInputFilter.Config.createFilter(pattern);
    filterPattern = pattern;
    return this;
  }

  /**
   * How long a worker may take to start, its initializer not counted, in real time; default a
   * minute.
   */
  public ProcessPoolBuilder startTimeout(Duration most) {
    positive("startTimeout", most.toNanos());
    startTimeout = most;
    return this;
  }

  /**
   * Gets each line that a worker writes, on a thread of that worker's; it may block, which holds up
   * that worker alone. Default: to this process's own standard output or error, tagged {@code
   * [worker 1 4711]}.
   */
  public ProcessPoolBuilder output(WorkerOutputHandler handler) {
    output = Objects.requireNonNull(handler, "handler");
    return this;
  }

  /**
   * Opens the pool, on the loop whose task calls this, else on one of its own. Starts no process.
   * Suspends a task for a moment, while it makes its private directory.
   *
   * @throws NotSendableException if the initializer cannot be serialized
   * @throws java.io.UncheckedIOException if the directory cannot be made
   * @throws IllegalStateException in a callback of a loop; in a worker of a pool, or a {@code
   *     WorkerProcess}, whose {@link #nesting} does not allow it
   */
  public ProcessPool open() {
    return ProcessPool.open(this);
  }

  /** What is changed here afterwards is not changed in a pool that is open. */
  ProcessPoolBuilder copy() {
    ProcessPoolBuilder copy = new ProcessPoolBuilder();
    copy.name = name;
    copy.workers = workers;
    copy.java = java;
    copy.classPath = classPath;
    copy.nesting = Math.min(nesting, Nesting.levels() - 1);
    copy.flags = new ArrayList<>(Nesting.flags(copy.nesting, workers));
    copy.flags.addAll(flags);
    copy.environment.putAll(environment);
    copy.withoutEnvironment = withoutEnvironment;
    copy.maxHeap = maxHeap;
    copy.niceness = niceness;
    copy.initializer = initializer;
    copy.recycleAfter = recycleAfter;
    copy.recycleAbove = recycleAbove;
    copy.quarantineAfter = quarantineAfter;
    copy.threshold = threshold;
    copy.keepShared = keepShared;
    copy.filterPattern = filterPattern;
    copy.filter = filter;
    copy.startTimeout = startTimeout;
    copy.output = output;
    copy.archive = archive;
    return copy;
  }

  private static long positive(String option, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(option + ": value=" + value + "; give at least 1");
    }
    return value;
  }
}
