package dev.treadle.io;

import static dev.treadle.Treadle.checkCancelled;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.shield;

import dev.treadle.Cancelled;
import dev.treadle.Loop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A child process with streams: asyncio's {@code create_subprocess_exec}, trio's {@code
 * run_process}.
 *
 * <pre>{@code
 * String head = Subprocess.run("git", "rev-parse", "HEAD").check().output().strip();
 *
 * try (var sort = Subprocess.start("sort")) {
 *   sort.stdin().write("b\na\n");
 *   sort.stdin().closeOutput();
 *   for (String line : sort.stdout().lines()) { ... }
 *   int exitCode = sort.waitFor();
 * }
 * }</pre>
 *
 * <p>Environment, directory and redirections are {@link ProcessBuilder}'s. What is redirected is
 * not here: such a stream is empty, or takes no bytes.
 *
 * <p>Reads and writes suspend and nothing is read ahead, so a child that writes more than is read
 * is held up by its pipe, and a task that writes more than the child reads by the child. Where the
 * child has ended, a write throws. Each pipe in use has a daemon thread, which ends with what it
 * does when this is closed. A pipe ends when all have closed it that have inherited it: what the
 * child has left running keeps its output open.
 *
 * <p>A wait for a child is no deadlock; on virtual time its pipes and its end get the grace of a
 * future. A {@link #run} and {@link #communicate} are waited for as {@link
 * dev.treadle.Treadle#onThread} is.
 *
 * <p>Its owner closes it, best by try-with-resources: that ends a child that still runs. The JVM
 * collects each child's exit code when it ends, awaited or not: there are no zombies.
 *
 * <p>Confined to the thread of the loop that started it.
 */
public final class Subprocess implements AutoCloseable {
  /** As long as trio's {@code run_process} gives it. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Process process;
  private final List<String> command;
  private final LaneSink stdin;
  private final StreamReader stdout;
  private final StreamReader stderr;
  private final Ongoing<Integer> exit;

  /** One for each pipe. */
  private final List<BlockingLane> lanes = new ArrayList<>();

  private final List<LaneSource> sources = new ArrayList<>();

  private boolean closed;

  private Subprocess(Started started) {
    Loop loop = Loop.current();
    this.process = started.process;
    this.command = started.command;
    this.exit = started.exit;
    String name = program() + " " + process.pid();
    this.stdin =
        new LaneSink(
            loop, "stdin of " + name, lane("stdin"), "stdin of " + name, process.getOutputStream());
    this.stdout = reader(loop, "stdout of " + name, new ChildInput(process, false));
    this.stderr = reader(loop, "stderr of " + name, new ChildInput(process, true));
  }

  private StreamReader reader(Loop loop, String name, LaneSource.Input input) {
    LaneSource source = new LaneSource(lane(name.substring(0, name.indexOf(' '))), name, input);
    sources.add(source);
    // The marks are never reached: nothing comes unasked.
    return new StreamReader(loop, name, source, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  private BlockingLane lane(String pipe) {
    BlockingLane lane = new BlockingLane("treadle-" + process.pid() + "-" + pipe);
    lanes.add(lane);
    return lane;
  }

  /**
   * Starts a program with its arguments; no shell looks at them.
   *
   * @throws UncheckedIOException if it cannot be started; names it
   * @throws Cancelled if the task's scope is cancelled
   * @throws IllegalStateException outside a task
   */
  public static Subprocess start(String... command) {
    return start(new ProcessBuilder(command));
  }

  /** The same as the builder says. */
  public static Subprocess start(ProcessBuilder builder) {
    List<String> command = List.copyOf(builder.command());
    try {
      return new Subprocess(onThread(() -> Started.start(builder, command)));
    } catch (IOException failure) {
      throw new UncheckedIOException(
          "start() failed: command="
              + program(command)
              + " directory="
              + (builder.directory() == null ? "." : builder.directory())
              + " cause="
              + failure.getMessage()
              + "; give a program that is on the PATH, or its path",
          failure);
    }
  }

  /**
   * Runs a program to its end, with nothing to read, and gives what it has written, up to 16 MiB on
   * either stream. If the task is cancelled or the limit reached, the child is ended, as by {@link
   * #close()}.
   *
   * @throws LimitExceededException if it has written more
   * @throws UncheckedIOException if it cannot be started; names it
   * @throws Cancelled if the task's scope is cancelled
   * @throws IllegalStateException outside a task
   */
  public static CompletedProcess run(String... command) {
    return run(new ProcessBuilder(command), null, Communication.LIMIT);
  }

  /**
   * The same as the builder says.
   *
   * @param input what it reads; null: nothing
   * @param limit how many bytes it may write on either stream
   */
  public static CompletedProcess run(ProcessBuilder builder, byte @Nullable [] input, int limit) {
    try (Subprocess child = start(builder)) {
      return child.communicate(input, limit);
    }
  }

  /** What the child reads; {@code closeOutput} tells it the end. */
  public StreamWriter stdin() {
    return stdin.writer();
  }

  /** What the child writes. */
  public StreamReader stdout() {
    return stdout;
  }

  /** What the child writes to its standard error. */
  public StreamReader stderr() {
    return stderr;
  }

  /**
   * Writes the input, closes it, and reads both outputs to their end, all at once so that no pipe
   * is held up by another; then waits for the child's end. A child that ends without having read
   * the input is no failure. A virtual clock does not jump meanwhile.
   *
   * @param input what it reads; null: nothing
   * @param limit how many bytes it may write on either stream
   * @throws LimitExceededException if it writes more; it still runs then
   * @throws UncheckedIOException if a pipe fails
   * @throws Cancelled if the task's scope is cancelled; the child still runs then
   * @throws IllegalStateException outside a task, or while another task reads an output
   */
  public CompletedProcess communicate(byte @Nullable [] input, int limit) {
    return Communication.run(this, input, limit);
  }

  /**
   * Waits for the child's end. With much output that nobody reads, that may never come.
   *
   * @return its exit code; 128 and the signal's number if a signal ended it
   * @throws Cancelled if the task's scope is cancelled; the child still runs then
   * @throws IllegalStateException outside a task
   */
  public int waitFor() {
    checkCancelled();
    try {
      return exit.await();
    } catch (IOException never) {
      throw new AssertionError(never);
    }
  }

  /** The exit code, if it has ended. Any thread. */
  public OptionalInt exitCode() {
    return isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
  }

  /** Whether it runs. Any thread. */
  public boolean isAlive() {
    // Not the process's own, which takes a lock that the JDK's threads take, too.
    return !exit.isDone();
  }

  /** Its process id. Any thread. */
  public long pid() {
    return process.pid();
  }

  /** The program and its arguments. Any thread. */
  public List<String> command() {
    return command;
  }

  /**
   * The JDK's view of it, for what is not here. Its streams are for this class alone. Any thread.
   */
  public Process process() {
    return process;
  }

  /** Asks it to end: TERM. Does not wait. Any thread. */
  public void terminate() {
    // Not the process's own destroy(): that closes the pipes, and what the child says last is lost.
    process.toHandle().destroy();
  }

  /** Ends it: KILL. Does not wait. Any thread. */
  public void kill() {
    process.toHandle().destroyForcibly();
  }

  /**
   * Sends it a signal, such as HUP or USR1; nothing happens if it has ended. Suspends, also in a
   * cancelled scope, for as long as that takes; what the child makes of it is not waited for.
   *
   * @param name as {@code kill -l} lists it, without SIG
   * @throws IllegalArgumentException if there is no such signal
   * @throws UncheckedIOException if the child is another user's by now
   * @throws UnsupportedOperationException if the operating system has no signals
   * @throws IllegalStateException outside a task
   */
  public void signal(String name) {
    try {
      shield(
          () ->
              onThread(
                  () -> {
                    if (isAlive()) {
                      Kill.send(pid(), name);
                    }
                  }));
    } catch (IOException failure) {
      throw Failed.on("signal", "signal=" + name + " process=" + this, failure);
    }
  }

  /**
   * Ends it and all that it has started, directly or not, and that has not left it for another
   * parent: KILL, from the top. What is started in that very moment may escape. Suspends, also in a
   * cancelled scope, while the processes are looked up; does not wait for their end.
   *
   * @throws IllegalStateException outside a task
   */
  public void killTree() {
    shield(() -> onThread(() -> killTree(process.toHandle())));
  }

  private static void killTree(ProcessHandle top) {
    List<ProcessHandle> children = top.children().toList();
    top.destroyForcibly();
    children.forEach(Subprocess::killTree);
  }

  /**
   * Ends the child if it runs: TERM, after five seconds KILL; waits for its end, also in a
   * cancelled scope. What the child itself has started is not ended, see {@link #killTree()}. Does
   * nothing the second time.
   *
   * @throws IllegalStateException outside a task
   */
  @Override
  public void close() {
    close(GRACE);
  }

  /**
   * The same.
   *
   * @param grace how long it has to end after TERM; zero or less: KILL at once
   */
  public void close(Duration grace) {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (isAlive()) {
        shield(() -> end(grace));
      }
    } finally {
      // The loop's end may have no time for graces.
      kill();
      IOException why = new IOException("the process is closed");
      stdout.discard(why);
      stderr.discard(why);
      stdin.writer().fail(why);
      // What still has the pipe, as a grandchild does, may keep it open for ever.
      sources.forEach(source -> source.close(why));
      lanes.forEach(BlockingLane::end);
    }
  }

  private void end(Duration grace) {
    if (grace.isPositive()) {
      terminate();
      boolean ended =
          moveOnAfter(
              grace,
              () -> {
                waitFor();
              });
      if (ended) {
        return;
      }
    }
    kill();
    waitFor();
  }

  private String program() {
    return program(command);
  }

  /** Without its arguments, which may be nobody's business. */
  private static String program(List<String> command) {
    return command.isEmpty() ? "nothing" : command.getFirst();
  }

  @Override
  public String toString() {
    return "Subprocess["
        + program()
        + " pid="
        + process.pid()
        + (isAlive() ? " running]" : " exitCode=" + process.exitValue() + "]");
  }

  /** A process just started, and its end. */
  private record Started(Process process, List<String> command, Ongoing<Integer> exit) {
    static Started start(ProcessBuilder builder, List<String> command) throws IOException {
      Process process = builder.start();
      Ongoing<Integer> exit = new Ongoing<>("exit of " + program(command) + " " + process.pid());
      process.onExit().thenAccept(ended -> exit.complete(ended.exitValue()));
      return new Started(process, command, exit);
    }
  }
}
