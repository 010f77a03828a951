package dev.treadle.testing;

import dev.treadle.Loop;
import dev.treadle.VirtualClock;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * Runs test methods as {@link TreadleTest} says. By itself, with {@code @ExtendWith}, on a method
 * or a whole class, it does so with the default settings for tests of any kind.
 *
 * <p>A test method that takes a {@link Loop}, which is there only while the method runs, or runs
 * under many schedules, is invoked by this extension itself; interceptors of other extensions
 * registered after it do not see that call.
 */
public final class TreadleExtension
    implements BeforeEachCallback, InvocationInterceptor, ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(TreadleExtension.class);

  /** For JUnit. */
  public TreadleExtension() {}

  @Override
  public void beforeEach(ExtensionContext context) {
    BlockingGuard.install();
  }

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> call,
      ExtensionContext context)
      throws Throwable {
    intercept(invocation, call, context);
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> call,
      ExtensionContext context)
      throws Throwable {
    intercept(invocation, call, context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    Executable declaring = parameter.getDeclaringExecutable();
    return type == Loop.class && context.getTestMethod().filter(declaring::equals).isPresent()
        || type == VirtualClock.class
            && declaring instanceof Method
            && context.getTestMethod().isPresent();
  }

  /** Null for the loop, which {@link #intercept} puts there. */
  @Override
  public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    if (parameter.getParameter().getType() == Loop.class) {
      return null;
    }
    Method method = context.getRequiredTestMethod();
    TestSettings settings = settings(context);
    if (settings.clock() == TestClock.REAL) {
      throw new ParameterResolutionException(
          "no VirtualClock on real time: method="
              + method.getName()
              + " clock=REAL; drop the parameter, or use clock = VIRTUAL");
    }
    if (!settings.schedules().isPlain() && !parameter.getDeclaringExecutable().equals(method)) {
      throw new ParameterResolutionException(
          "no VirtualClock around a test of many schedules: method="
              + method.getName()
              + "; each has its own: take it in the test method alone");
    }
    return clock(context);
  }

  private static void intercept(
      InvocationInterceptor.Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> call,
      ExtensionContext context)
      throws Throwable {
    BlockingGuard.install();
    Method method = call.getExecutable();
    TestSettings settings = settings(context);
    if (!settings.schedules().isPlain()) {
      invocation.skip();
      settings.schedules().run(seed -> runOnce(settings, call, new VirtualClock(), seed));
    } else if (List.of(method.getParameterTypes()).contains(Loop.class)) {
      invocation.skip();
      runOnce(settings, call, clock(context), null);
    } else {
      new TestRun(method.getName(), settings, clock(context))
          .execute(null, loop -> invocation.proceed());
    }
  }

  private static void runOnce(
      TestSettings settings,
      ReflectiveInvocationContext<Method> call,
      VirtualClock clock,
      @Nullable Long seed)
      throws Throwable {
    new TestRun(call.getExecutable().getName(), settings, clock)
        .execute(seed, loop -> invoke(call, loop, clock));
  }

  private static void invoke(
      ReflectiveInvocationContext<Method> call, Loop loop, VirtualClock clock) {
    Method method = call.getExecutable();
    Object[] arguments = call.getArguments().toArray();
    for (int i = 0; i < arguments.length; i++) {
      Class<?> type = method.getParameterTypes()[i];
      if (type == Loop.class) {
        arguments[i] = loop;
      } else if (type == VirtualClock.class) {
        arguments[i] = clock;
      }
    }
    ReflectionSupport.invokeMethod(method, call.getTarget().orElse(null), arguments);
  }

  private static TestSettings settings(ExtensionContext context) {
    return AnnotationSupport.findAnnotation(context.getTestMethod(), TreadleTest.class)
        .map(TestSettings::of)
        .orElse(TestSettings.DEFAULT);
  }

  private static VirtualClock clock(ExtensionContext context) {
    return context
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(VirtualClock.class, key -> new VirtualClock(), VirtualClock.class);
  }
}
