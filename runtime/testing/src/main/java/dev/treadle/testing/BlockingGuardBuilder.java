package dev.treadle.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Options for {@link BlockingGuard}; not thread-safe. They add to what is installed already, also
 * while loops run.
 *
 * <pre>{@code
 * BlockingGuard.builder()
 *     .allow(Config.class, "load", "reads a small file, once, before the server listens")
 *     .onViolation(violation -> metrics.count(violation.call()))
 *     .install();
 * }</pre>
 */
public final class BlockingGuardBuilder {
  private final List<Allowance> allowances = new ArrayList<>();
  private final List<Consumer<Violation>> listeners = new ArrayList<>();

  BlockingGuardBuilder() {}

  /** Lets a loop's thread block inside a method; {@link Allowance} says what the arguments are. */
  public BlockingGuardBuilder allow(Class<?> type, String method, String reason) {
    return allow(type.getName(), method, reason);
  }

  /** The same by the class's binary name, so that it need not be there. */
  public BlockingGuardBuilder allow(String className, String method, String reason) {
    allowances.add(new Allowance(className, method, reason));
    return this;
  }

  /**
   * Sees every violation in the JVM, on the thread that was about to block; must not throw, and is
   * not guarded itself.
   */
  public BlockingGuardBuilder onViolation(Consumer<Violation> listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  /** As {@link BlockingGuard#install()}, with these options. */
  public void install() {
    Activation.require();
    Allowances.add(allowances);
    Violations.listen(listeners);
  }
}
