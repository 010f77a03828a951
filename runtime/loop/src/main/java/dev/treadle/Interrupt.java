package dev.treadle;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C as asyncio's runner treats it: the first cancels the main task, so that every {@code
 * finally} runs, and the process exits with 130 (128 + SIGINT); a second one ends it at once.
 *
 * <p>{@code sun.misc.Signal} is reached by reflection: the compiler's warning about it cannot be
 * switched off, and a JVM without the module {@code jdk.unsupported} just keeps its own handling.
 */
final class Interrupt implements InvocationHandler {
  static final int EXIT_CODE = 130;

  private final Task<?> main;
  private final AtomicBoolean interrupted = new AtomicBoolean();
  private @Nullable Object previous;

  private Interrupt(Task<?> main) {
    this.main = main;
  }

  /** Signals are for the program's main thread alone, as in Python; its id varies, its name not. */
  static boolean isMainThread(Thread thread) {
    ThreadGroup group = thread.getThreadGroup();
    return thread.getName().equals("main") && group != null && group.getName().equals("main");
  }

  /** Takes over SIGINT; returns null where it cannot be had, or the process is to ignore it. */
  static @Nullable Interrupt install(Task<?> main) {
    Interrupt interrupt = new Interrupt(main);
    try {
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object handler =
          Proxy.newProxyInstance(
              Interrupt.class.getClassLoader(), new Class<?>[] {handlerType}, interrupt);
      Object previous = handle(handler);
      if (previous != null && previous == handlerType.getField("SIG_IGN").get(null)) {
        // As under nohup: whoever started the process has decided.
        handle(previous);
        return null;
      }
      interrupt.previous = previous;
      return interrupt;
    } catch (ReflectiveOperationException | IllegalArgumentException unsupported) {
      return null;
    }
  }

  /** Gives SIGINT back; exits if it was what ended the main task. */
  void uninstall(boolean mainCancelled) {
    try {
      if (previous != null) {
        handle(previous);
      }
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("SIGINT could be taken but not given back", e);
    }
    if (interrupted.get() && mainCancelled) {
      System.exit(EXIT_CODE);
    }
  }

  private static @Nullable Object handle(Object handler) throws ReflectiveOperationException {
    Class<?> signalType = Class.forName("sun.misc.Signal");
    Object sigint = signalType.getConstructor(String.class).newInstance("INT");
    Method handle =
        signalType.getMethod("handle", signalType, Class.forName("sun.misc.SignalHandler"));
    return handle.invoke(null, sigint, handler);
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) {
    return switch (method.getName()) {
      case "handle" -> {
        if (interrupted.compareAndSet(false, true)) {
          main.cancel();
          main.loop().driver().interrupted();
        } else {
          Runtime.getRuntime().halt(EXIT_CODE);
        }
        yield null;
      }
      case "hashCode" -> System.identityHashCode(proxy);
      case "equals" -> arguments != null && proxy == arguments[0];
      default -> "Interrupt[" + main + "]";
    };
  }
}
