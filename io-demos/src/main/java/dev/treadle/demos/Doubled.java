package dev.treadle.demos;

import java.io.Serializable;

/**
 * What a worker answers.
 *
 * @param pid the worker's process
 */
record Doubled(long number, long twice, long pid) implements Serializable {
  /** The step itself. */
  static Doubled of(long number) {
    return new Doubled(number, 2 * number, ProcessHandle.current().pid());
  }
}
