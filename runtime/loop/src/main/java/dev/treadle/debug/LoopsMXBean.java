package dev.treadle.debug;

/**
 * What {@link Main} asks another process for; as text, so that any JMX client can show it. A loop
 * that does not answer in two seconds is described from outside. Any thread.
 */
public interface LoopsMXBean {
  /**
   * One row per task, of every loop.
   *
   * @param limit how many tasks of a loop to describe; the rest is only counted
   */
  String ps(int limit);

  /** Who waits for whom as a tree, with stacks. */
  String pstree(int limit);

  /** Every task under its parent, with its stack. */
  String dump(int limit);
}
