package dev.treadle;

import org.jspecify.annotations.Nullable;

/**
 * What is done with a value, giving another.
 *
 * @param <V> the value it gets
 * @param <R> the value it gives
 */
@FunctionalInterface
public interface Handler<V extends @Nullable Object, R extends @Nullable Object> {
  /**
   * Handles a value.
   *
   * @throws Exception whatever it throws; who was given the handler says what becomes of it
   */
  R handle(V value) throws Exception;
}
