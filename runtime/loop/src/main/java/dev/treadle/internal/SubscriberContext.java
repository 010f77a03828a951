package dev.treadle.internal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * What goes along between tasks and publishers: a Reactor context, which tasks inherit as they do
 * all {@code ScopedValue}s, and the {@code ScopedValue}s that have a key in it. Any thread.
 */
public final class SubscriberContext {
  private static final ScopedValue<Context> CURRENT = ScopedValue.newInstance();
  private static final Map<Object, ScopedValue<Object>> CARRIED = new ConcurrentHashMap<>();
  private static final boolean PROPAGATION = isPropagationPresent();

  private SubscriberContext() {}

  private static boolean isPropagationPresent() {
    try {
      Class.forName(
          "io.micrometer.context.ContextRegistry", false, SubscriberContext.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException absent) {
      return false;
    }
  }

  /** The context a subscriber that is made here should have. */
  public static Context current() {
    Context context = CURRENT.orElse(Context.empty());
    for (Map.Entry<Object, ScopedValue<Object>> carried : CARRIED.entrySet()) {
      // The binding wins: it may be a newer one than that the context came with.
      if (carried.getValue().isBound() && carried.getValue().get() instanceof Object value) {
        context = context.put(carried.getKey(), value);
      }
    }
    return context;
  }

  /** The bindings for code that runs for a subscriber with the given context. */
  public static ScopedValue.Carrier binding(ContextView context) {
    ScopedValue.Carrier bindings = ScopedValue.where(CURRENT, Context.of(context));
    for (Map.Entry<Object, ScopedValue<Object>> carried : CARRIED.entrySet()) {
      if (context.hasKey(carried.getKey())) {
        bindings = bindings.where(carried.getValue(), context.get(carried.getKey()));
      }
    }
    return bindings;
  }

  /**
   * Gives the value a key in every context.
   *
   * @return takes it out again
   * @throws IllegalStateException if another value has that key
   */
  @SuppressWarnings("unchecked") // What is put under the key elsewhere is for its user to know.
  public static Disposable carry(Object key, ScopedValue<?> value) {
    ScopedValue<Object> carried = (ScopedValue<Object>) value;
    ScopedValue<Object> other = CARRIED.putIfAbsent(key, carried);
    if (other != null) {
      throw new IllegalStateException(
          "carry() of a key that is taken: key=" + key + "; dispose of the other, or use another");
    }
    if (PROPAGATION) {
      Propagation.register(key, carried);
    }
    return () -> {
      if (CARRIED.remove(key, carried) && PROPAGATION) {
        Propagation.unregister(key);
      }
    };
  }

  /** The value, or null where there is none. */
  static @Nullable Object valueOf(ScopedValue<Object> value) {
    return value.isBound() ? value.get() : null;
  }
}
