package dev.treadle.offload;

import java.io.Serializable;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A step that can be done elsewhere: a lambda or method reference whose captured values are
 * serializable.
 *
 * @param <T> what it gives
 */
@FunctionalInterface
public interface Job<T extends @Nullable Object> extends Callable<T>, Serializable {}
