package dev.treadle.testing;

import dev.treadle.Loop;
import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Arms BlockHound for the threads of loops, whoever installs it; found through {@link
 * java.util.ServiceLoader}. Use {@link BlockingGuard#install()}, which also makes sure that it
 * works.
 */
public final class LoopBlockHoundIntegration implements BlockHoundIntegration {
  /** For {@link java.util.ServiceLoader}. */
  public LoopBlockHoundIntegration() {}

  @Override
  public void applyTo(BlockHound.Builder builder) {
    builder.nonBlockingThreadPredicate(others -> others.or(Loop::isLoopThread));
    // BlockHound asks once per thread unless the thread is dynamic. Any thread may be lent to a
    // loop later on, so all of them are.
    builder.addDynamicThreadPredicate(thread -> true);
    builder.blockingMethodCallback(Violations::caught);
  }
}
