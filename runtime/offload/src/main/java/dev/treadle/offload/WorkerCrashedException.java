package dev.treadle.offload;

import java.io.Serial;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The worker process that did a step has ended before it was done, by the step's own doing or
 * somebody else's: its pool has gone on with another worker, and only this call has failed. Python
 * breaks the whole pool instead.
 *
 * <p>Of a call that was tried again, the earlier crashes are the suppressed exceptions.
 */
public class WorkerCrashedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final String call;
  private final long pid;
  private final Ending ending;
  private final int status;
  private final long memory;
  private final String[] lastLines;

  WorkerCrashedException(
      String call,
      long pid,
      Ending ending,
      int status,
      long memory,
      List<String> lastLines,
      @Nullable Throwable cause) {
    super(message(call, pid, ending, status, memory, lastLines), cause);
    this.call = call;
    this.pid = pid;
    this.ending = ending;
    this.status = status;
    this.memory = memory;
    this.lastLines = lastLines.toArray(String[]::new);
  }

  /** How a worker ended. */
  public enum Ending {
    /** {@code System.exit}, {@code Runtime.halt}, or the JVM gave up by itself. */
    EXIT,
    /** A signal: killed by somebody, by the system for its memory, or a crash in native code. */
    SIGNAL,
    /**
     * Its heap was full; the pool replaced it. The cause has the {@link OutOfMemoryError} as text.
     */
    OUT_OF_MEMORY
  }

  /** The call's name. */
  public final String call() {
    return call;
  }

  /** The worker's process id. */
  public final long pid() {
    return pid;
  }

  /** How it ended. */
  public final Ending ending() {
    return ending;
  }

  /** Its exit code, if it exited. */
  public final OptionalInt exitCode() {
    return ending == Ending.EXIT ? OptionalInt.of(status) : OptionalInt.empty();
  }

  /** The signal that ended it, such as {@code SIGKILL}; null if none did. */
  public final @Nullable String signal() {
    return ending == Ending.SIGNAL ? Signals.name(status) : null;
  }

  /**
   * How much memory, in bytes, the process had when last looked at: about once a second; empty when
   * it had ended before that, or the system does not say.
   */
  public final OptionalLong memory() {
    return memory > 0 ? OptionalLong.of(memory) : OptionalLong.empty();
  }

  /** The last lines it wrote, 20 at most, oldest first. */
  public final List<String> lastLines() {
    return List.of(lastLines);
  }

  private static String message(
      String call, long pid, Ending ending, int status, long memory, List<String> lastLines) {
    StringBuilder text = new StringBuilder("worker crashed: call=").append(call);
    text.append(" pid=").append(pid);
    switch (ending) {
      case EXIT -> text.append(" exitCode=").append(status);
      case SIGNAL -> text.append(" signal=").append(Signals.name(status));
      case OUT_OF_MEMORY -> text.append(" ending=out of memory");
    }
    if (memory > 0) {
      text.append(" memory=").append(memory >> 20).append("MiB");
    }
    text.append("; ").append(advice(ending, status));
    if (!lastLines.isEmpty()) {
      text.append("; its last lines:");
      for (String line : lastLines) {
        text.append("\n  ").append(line);
      }
    }
    return text.toString();
  }

  private static String advice(Ending ending, int status) {
    return switch (ending) {
      case EXIT -> "the pool goes on with another; a step must not end its JVM";
      case SIGNAL ->
          status == Signals.KILL
              ? "somebody killed it, or the system for its memory; the pool goes on with another"
              : "the pool goes on with another";
      case OUT_OF_MEMORY ->
          "the pool goes on with another; give its workers more with ProcessPoolBuilder.maxHeap";
    };
  }
}
