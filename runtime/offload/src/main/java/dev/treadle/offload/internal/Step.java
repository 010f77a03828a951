package dev.treadle.offload.internal;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;

/** A step as a worker has it: what to call, with what. */
final class Step {
  private final Target target;
  private final @Nullable Object[] captured;

  Step(Target target, @Nullable Object[] captured) {
    this.target = target;
    this.captured = captured;
  }

  /**
   * Does it.
   *
   * @throws Throwable what it throws, itself
   */
  @Nullable Object call() throws Throwable {
    return target.call(captured);
  }

  /**
   * The method that a lambda stands for, called without the lambda: no class is made at run time,
   * which is most of what a first call would cost.
   */
  static final class Target {
    private final @Nullable Method method;
    private final @Nullable Constructor<?> constructor;
    private final boolean discard;
    private final int arguments;

    Target(@Nullable Method method, @Nullable Constructor<?> constructor, boolean discard) {
      this.method = method;
      this.constructor = constructor;
      this.discard = discard;
      if (method == null) {
        arguments = constructor == null ? 0 : constructor.getParameterCount();
      } else {
        arguments = method.getParameterCount() + (Modifier.isStatic(method.getModifiers()) ? 0 : 1);
      }
    }

    @Nullable Object call(@Nullable Object[] captured) throws Throwable {
      if (captured.length != arguments) {
        throw new MalformedException(
            "calling a step: method="
                + method
                + " arguments="
                + arguments
                + " captured="
                + captured.length
                + "; both sides need the same class files");
      }
      try {
        Object result;
        if (method == null) {
          result = constructor == null ? null : constructor.newInstance(captured);
        } else if (Modifier.isStatic(method.getModifiers())) {
          result = method.invoke(null, captured);
        } else {
          @Nullable Object[] rest = new Object[captured.length - 1];
          System.arraycopy(captured, 1, rest, 0, rest.length);
          result = method.invoke(captured[0], rest);
        }
        return discard ? null : result;
      } catch (InvocationTargetException failed) {
        Throwable cause = failed.getCause();
        throw cause == null ? failed : cause;
      }
    }
  }
}
