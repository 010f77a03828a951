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
 * <p>A test method that takes a {@link Loop}, which is there only while the method runs, is invoked
 * by this extension itself; interceptors of other extensions registered after it do not see that
 * call.
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
    TestSettings settings = settings(context);
    if (settings.clock() == TestClock.REAL) {
      throw new ParameterResolutionException(
          "no VirtualClock on real time: method="
              + context.getRequiredTestMethod().getName()
              + " clock=REAL; drop the parameter, or use clock = VIRTUAL");
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
    TestRun run = new TestRun(method.getName(), settings(context), clock(context));
    if (List.of(method.getParameterTypes()).contains(Loop.class)) {
      invocation.skip();
      Object target = call.getTarget().orElse(null);
      run.execute(loop -> invoke(method, target, call.getArguments(), loop));
    } else {
      run.execute(loop -> invocation.proceed());
    }
  }

  private static void invoke(
      Method method, @Nullable Object target, List<Object> given, Loop loop) {
    Object[] arguments = new Object[given.size()];
    for (int i = 0; i < arguments.length; i++) {
      Object argument = method.getParameterTypes()[i] == Loop.class ? loop : given.get(i);
      arguments[i] = argument;
    }
    ReflectionSupport.invokeMethod(method, target, arguments);
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
