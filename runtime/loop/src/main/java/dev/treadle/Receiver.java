package dev.treadle;

import org.jspecify.annotations.Nullable;

/**
 * What is done with a value, giving none.
 *
 * @param <V> the value it gets
 */
@FunctionalInterface
public interface Receiver<V extends @Nullable Object> {
  /**
   * Receives a value.
   *
   * @throws Exception whatever it throws; who was given the receiver says what becomes of it
   */
  void receive(V value) throws Exception;
}
