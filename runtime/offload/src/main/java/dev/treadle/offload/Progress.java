package dev.treadle.offload;

import dev.treadle.offload.internal.WorkerMain;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far a step is. The step says it, whoever holds the {@link Call} sees it:
 *
 * <pre>{@code
 * var call = pool.submit(() -> {
 *   for (int page = 0; page < pages; page++) {
 *     render(page);
 *     Progress.report(page + 1, pages, "rendered");
 *   }
 * });
 * call.onProgress(progress -> IO.println(progress.done() + " of " + progress.total()));
 * }</pre>
 *
 * <p>Immutable. Any thread.
 *
 * @param done how much is done
 * @param total of how much; 0 when that is not known
 * @param message what it does; may be empty
 */
public record Progress(long done, long total, String message) {
  private static final ThreadLocal<@Nullable Reporter> REPORTER = new ThreadLocal<>();

  /** Who gets what the step on this thread says. */
  interface Reporter {
    void progressed(Progress progress);
  }

  /** With all of it. */
  public Progress {
    Objects.requireNonNull(message, "message");
  }

  /**
   * For the step that runs here: says how far it is. Costs next to nothing, never waits, and keeps
   * only what was said last; call it as often as you like. In a worker process any thread may say
   * it, and of a long message some hundred characters arrive; in a thread pool the step's own
   * thread. Does nothing outside of a step.
   */
  public static void report(long done, long total, String message) {
    Reporter reporter = REPORTER.get();
    if (reporter != null) {
      reporter.progressed(new Progress(done, total, message));
    } else {
      WorkerMain.progress(done, total, message);
    }
  }

  /** The same without a message. */
  public static void report(long done, long total) {
    report(done, total, "");
  }

  /** Who gets what is said on this thread. */
  static @Nullable Reporter reporter() {
    return REPORTER.get();
  }

  /** What is said on this thread is for that one now; returns who got it before. */
  static @Nullable Reporter exchange(@Nullable Reporter next) {
    Reporter before = REPORTER.get();
    if (next == null) {
      REPORTER.remove();
    } else {
      REPORTER.set(next);
    }
    return before;
  }
}
