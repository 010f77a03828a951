package dev.treadle;

import java.io.Serial;

/**
 * What a suspending call throws inside a cancelled {@link CancelScope}; it unwinds to the edge of
 * that scope, which absorbs it.
 *
 * <p>It is an {@link Error}, so that {@code catch (Exception e)} lets it pass: a task that swallows
 * its own cancellation only delays it, because every later suspension in the scope throws again.
 * Release what must be released in {@code finally}, await there only inside {@link
 * Treadle#shield(Block)}, and do not throw one yourself. The rule is trio's (level-triggered
 * cancellation); asyncio's {@code CancelledError} is delivered once.
 *
 * <p>It has no stack trace: cancelling a hundred thousand tasks would pay for each.
 */
public final class Cancelled extends Error {
  @Serial private static final long serialVersionUID = 1;

  Cancelled(String message) {
    super(message, null, true, false);
  }
}
