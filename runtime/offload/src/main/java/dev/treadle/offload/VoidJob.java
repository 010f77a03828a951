package dev.treadle.offload;

import java.io.Serializable;

/** A {@link Job} without a value. */
@FunctionalInterface
public interface VoidJob extends Serializable {
  /**
   * Does the step.
   *
   * @throws Exception whatever the step throws
   */
  void run() throws Exception;
}
