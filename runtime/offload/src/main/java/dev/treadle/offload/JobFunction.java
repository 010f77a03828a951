package dev.treadle.offload;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A step with an argument, for {@link OffloadExecutor#map}.
 *
 * @param <A> the argument's type
 * @param <R> the result's type
 */
@FunctionalInterface
public interface JobFunction<A extends @Nullable Object, R extends @Nullable Object>
    extends Serializable {
  /**
   * Does the step.
   *
   * @throws Exception whatever the step throws
   */
  R apply(A argument) throws Exception;
}
