package dev.treadle.internal;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Shows a carried {@code ScopedValue} to Micrometer's context propagation, so that Reactor's {@code
 * contextCapture()} takes it along. Used where that library is present.
 */
final class Propagation {
  private Propagation() {}

  static void register(Object key, ScopedValue<Object> value) {
    ContextRegistry.getInstance().registerThreadLocalAccessor(new Accessor(key, value));
  }

  static void unregister(Object key) {
    ContextRegistry.getInstance().removeThreadLocalAccessor(key);
  }

  /** To be read only: a scoped value is bound by the block that needs it. */
  private record Accessor(Object key, ScopedValue<Object> value)
      implements ThreadLocalAccessor<Object> {
    @Override
    public @Nullable Object getValue() {
      return SubscriberContext.valueOf(value);
    }

    @Override
    public void setValue(Object ignored) {}

    @Override
    public void setValue() {}
  }
}
