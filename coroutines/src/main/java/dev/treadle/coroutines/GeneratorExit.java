package dev.treadle.coroutines;

import java.io.Serial;

/**
 * Raised at the yield where a generator or coroutine is suspended when it is closed (PEP 342), so
 * that its {@code finally} blocks run. An {@code Error}, so that {@code catch (Exception)} lets it
 * pass. A body that catches it must end without another yield.
 */
public final class GeneratorExit extends Error {
  @Serial private static final long serialVersionUID = 1;

  /** Without a stack trace: where it is raised is where the body was suspended. */
  public GeneratorExit() {
    // Suppression stays on: a resource whose close() fails inside the body is recorded here.
    super("the generator is being closed", null, true, false);
  }
}
