package dev.treadle.testing;

import java.util.List;
import java.util.Set;

/**
 * Catches calls that block a loop's thread, with BlockHound. {@link TreadleTest} does all of this
 * by itself; here is the door for other test frameworks and for programs.
 *
 * <pre>{@code
 * BlockingGuard.install();
 * try (Recording recording = BlockingGuard.record()) {
 *   Treadle.run(() -> handle(request));
 *   recording.violations().forEach(violation -> fail(violation.report()));
 * }
 * }</pre>
 *
 * <p>BlockHound rewrites the JDK's blocking methods, once per JVM and for good: install it before
 * the first loop runs, and expect every loop of the JVM to be guarded from then on, those on a
 * borrowed thread too. A blocking call on such a thread throws {@link BlockingCallError} in place
 * of blocking. Contention for a {@code synchronized} block, native code, and file access through
 * {@code java.nio.channels} are not seen. Any thread but a loop's.
 */
public final class BlockingGuard {
  private BlockingGuard() {}

  /**
   * Installs the guard with the built-in allowances, and tries it out. Does nothing the second
   * time.
   *
   * @throws IllegalStateException if the JVM flags are missing, which it names, or if a real
   *     blocking call on a loop's thread was not refused; again at every later call
   */
  public static void install() {
    builder().install();
  }

  /** Allowances and listeners of your own; ends in {@link BlockingGuardBuilder#install()}. */
  public static BlockingGuardBuilder builder() {
    return new BlockingGuardBuilder();
  }

  /**
   * Starts to record violations: those on the calling thread and on threads it starts from now on,
   * and those on loop threads that belong to no recording.
   */
  public static Recording record() {
    return Recording.open();
  }

  /**
   * Tries out the guard on the calling thread, which must be a loop's, with a blocking call that
   * must be refused.
   *
   * @throws IllegalStateException if the guard is not installed or the call was not refused
   */
  public static void requireActive() {
    Activation.requireActiveHere();
  }

  /** Where a loop's thread may block: the built-in allowances, then those of the builders. */
  public static List<Allowance> allowances() {
    return Allowances.all();
  }

  /** Those allowances that have covered a blocking call in this JVM; the others may be needless. */
  public static Set<Allowance> usedAllowances() {
    return Allowances.used();
  }
}
