package dev.treadle;

import java.util.function.Consumer;

/** What a suspended task is waiting for. Confined to the loop's thread. */
interface Wait {
  /**
   * Forgets the task, which has been cancelled.
   *
   * @return false to keep it waiting: this wait ends by itself and must not be left early
   */
  boolean abandon();

  /** The wait, as the task dump shows it. */
  String describe();

  /** Gives the tasks, of any loop, whose end it waits for. */
  default void forEachAwaited(Consumer<Task<?>> each) {}
}
