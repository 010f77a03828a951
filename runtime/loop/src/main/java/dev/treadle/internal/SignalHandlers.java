package dev.treadle.internal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * The process's signal handlers. Any thread.
 *
 * <p>{@code sun.misc.Signal} is reached by reflection: the compiler's warning about it cannot be
 * switched off, and a JVM without the module {@code jdk.unsupported} just has no signals.
 */
public final class SignalHandlers {
  private SignalHandlers() {}

  /**
   * Sets the handler, which runs on a thread of the JVM's.
   *
   * @param signal without SIG
   * @return the one before, for {@link #restore}
   * @throws IllegalArgumentException if there is no such signal, or it is not to be had
   * @throws UnsupportedOperationException if this JVM gives none away
   */
  public static Object take(String signal, Runnable handler) {
    return handle(signal, proxy(handler));
  }

  /** Sets the handler back to what {@link #take} gave. */
  public static void restore(String signal, Object previous) {
    handle(signal, previous);
  }

  /** Whether the process was started to ignore the signal; then the JVM does not take it. */
  public static boolean isIgnore(Object handler) {
    try {
      return handler == type("sun.misc.SignalHandler").getField("SIG_IGN").get(null);
    } catch (ReflectiveOperationException e) {
      throw unsupported(e);
    }
  }

  /**
   * The number that the operating system has for it.
   *
   * @throws IllegalArgumentException if there is no such signal
   * @throws UnsupportedOperationException if this JVM knows none
   */
  public static int number(String signal) {
    try {
      return (int) type("sun.misc.Signal").getMethod("getNumber").invoke(named(signal));
    } catch (ReflectiveOperationException e) {
      throw unsupported(e);
    }
  }

  /** Sends the signal to this process. */
  public static void raise(String signal) {
    try {
      Class<?> type = type("sun.misc.Signal");
      type.getMethod("raise", type).invoke(null, named(signal));
    } catch (ReflectiveOperationException e) {
      throw unsupported(e);
    }
  }

  private static Object handle(String signal, Object handler) {
    try {
      Class<?> type = type("sun.misc.Signal");
      Method handle = type.getMethod("handle", type, type("sun.misc.SignalHandler"));
      return handle.invoke(null, named(signal), handler);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(
          "signal kept by the JVM or the operating system: signal="
              + signal
              + "; take another, such as INT, TERM, HUP or WINCH",
          e.getCause());
    } catch (ReflectiveOperationException e) {
      throw unsupported(e);
    }
  }

  private static Object named(String signal) throws ReflectiveOperationException {
    try {
      return type("sun.misc.Signal").getConstructor(String.class).newInstance(signal);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(
          "no such signal: signal="
              + signal
              + "; give a name that kill -l lists, without SIG, such as INT",
          e.getCause());
    }
  }

  private static Object proxy(Runnable handler) {
    InvocationHandler methods =
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "handle" -> {
                handler.run();
                yield null;
              }
              case "hashCode" -> System.identityHashCode(proxy);
              case "equals" -> isSame(proxy, arguments);
              default -> "SignalHandlers[" + handler + "]";
            };
    try {
      return Proxy.newProxyInstance(
          SignalHandlers.class.getClassLoader(),
          new Class<?>[] {type("sun.misc.SignalHandler")},
          methods);
    } catch (ReflectiveOperationException e) {
      throw unsupported(e);
    }
  }

  private static boolean isSame(Object proxy, Object @Nullable [] arguments) {
    return arguments != null && proxy == arguments[0];
  }

  private static Class<?> type(String name) throws ReflectiveOperationException {
    return Class.forName(name);
  }

  private static UnsupportedOperationException unsupported(ReflectiveOperationException cause) {
    return new UnsupportedOperationException(
        "signals are not to be had in this JVM: module=jdk.unsupported; add it", cause);
  }
}
