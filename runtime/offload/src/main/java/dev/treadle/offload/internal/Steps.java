package dev.treadle.offload.internal;

import java.io.IOException;
import java.io.ObjectInputFilter;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Steps as bytes and back. */
final class Steps {
  private static final int LAMBDA = 1;
  private static final int OBJECT = 2;

  /** More than a program has; what makes lambdas without end does not fill the worker. */
  private static final int MAX_TARGETS = 10_000;

  private static final ConcurrentHashMap<Key, Step.Target> TARGETS = new ConcurrentHashMap<>();

  private Steps() {}

  static Encoded encode(Object job, Segments segments, boolean keepFiles, boolean lend) {
    ByteWriter out = new ByteWriter(256);
    SerializedLambda lambda = Lambdas.serialized(job);
    ValueWriter values;
    int argument = 0;
    if (lambda == null) {
      out.u1(OBJECT);
      entry(job, out);
      values = new ValueWriter(out, segments, keepFiles, lend);
    } else {
      out.u1(LAMBDA);
      byte[] key = key(job, lambda);
      out.count(key.length);
      out.raw(key, 0, key.length);
      values = new ValueWriter(out, segments, keepFiles, lend);
    }
    try {
      if (lambda == null) {
        values.write(job);
      } else {
        int count = lambda.getCapturedArgCount();
        out.count(count);
        for (; argument < count; argument++) {
          values.write(lambda.getCapturedArg(argument));
        }
      }
      values.finish();
    } catch (IOException | RuntimeException | StackOverflowError failed) {
      values.abandon();
      throw Blame.step(job, lambda, argument, failed);
    } catch (Error failed) {
      values.abandon();
      throw failed;
    }
    return out.encoded(values.files());
  }

  /** Which method of it is the step: that of Callable, else a {@code run} of one of its types. */
  private static void entry(Object job, ByteWriter out) {
    if (job instanceof Callable<?>) {
      out.string(Callable.class.getName());
      out.string("call");
      return;
    }
    Class<?> type = declaringRun(job.getClass());
    if (type == null) {
      throw new UnsendableException(
          "submit() of a step that cannot be sent: class="
              + job.getClass().getName()
              + " has neither call() nor run(); submit a Job or a VoidJob");
    }
    out.string(type.getName());
    out.string("run");
  }

  private static @Nullable Class<?> declaringRun(@Nullable Class<?> type) {
    for (Class<?> each = type; each != null; each = each.getSuperclass()) {
      for (Class<?> one : each.getInterfaces()) {
        try {
          return one.getMethod("run").getDeclaringClass();
        } catch (NoSuchMethodException notThis) {
          // Another one may.
        }
      }
    }
    return null;
  }

  private static byte[] key(Object job, SerializedLambda lambda) {
    Lambdas.Shape shape = Lambdas.shape(job);
    byte[] key = shape.key;
    if (key == null) {
      ByteWriter out = new ByteWriter(256);
      out.u1(lambda.getImplMethodKind());
      out.u1(lambda.getFunctionalInterfaceMethodSignature().endsWith(")V") ? 1 : 0);
      out.string(lambda.getImplClass());
      out.string(lambda.getImplMethodName());
      out.string(lambda.getImplMethodSignature());
      key = Arrays.copyOfRange(out.bytes, Frames.HEADER, out.at);
      shape.key = key;
    }
    return key;
  }

  static Step decode(ByteBuffer payload, Segments segments, ObjectInputFilter filter)
      throws IOException, ClassNotFoundException {
    ByteReader in = new ByteReader(payload);
    int kind = in.u1();
    if (kind == LAMBDA) {
      Step.Target target = target(in.raw(in.count()), filter);
      ValueReader values = new ValueReader(payload, segments, filter);
      int count = values.raw().count();
      values.raw().need(count, "captured values");
      @Nullable Object[] captured = new Object[count];
      for (int i = 0; i < count; i++) {
        captured[i] = values.read();
      }
      values.finish();
      return new Step(target, captured);
    }
    if (kind != OBJECT) {
      throw new MalformedException(
          "reading a step: kind=" + kind + "; it was not written by this version");
    }
    Class<?> type = Types.load(in.string());
    String name = in.string();
    Method method = accessible(type, name, new Class<?>[0]);
    ValueReader values = new ValueReader(payload, segments, filter);
    @Nullable Object[] captured = {values.read()};
    values.finish();
    return new Step(new Step.Target(method, null, method.getReturnType() == void.class), captured);
  }

  private static Step.Target target(byte[] bytes, ObjectInputFilter filter)
      throws ClassNotFoundException {
    Key key = new Key(bytes);
    Step.Target known = TARGETS.get(key);
    if (known != null) {
      return known;
    }
    ByteReader in = new ByteReader(ByteBuffer.wrap(bytes));
    int kind = in.u1();
    boolean discard = in.u1() != 0;
    Class<?> type = Types.load(in.string().replace('/', '.'));
    Lambdas.allow(filter, type);
    String name = in.string();
    Class<?>[] parameters = Types.parameters(in.string());
    Step.Target target;
    if (kind == MethodHandleInfo.REF_newInvokeSpecial) {
      target = new Step.Target(null, accessible(type, parameters), discard);
    } else {
      target = new Step.Target(accessible(type, name, parameters), null, discard);
    }
    if (TARGETS.size() >= MAX_TARGETS) {
      TARGETS.clear();
    }
    TARGETS.put(key, target);
    return target;
  }

  private static Method accessible(Class<?> type, String name, Class<?>[] parameters) {
    try {
      Method method = find(type, name, parameters);
      method.setAccessible(true);
      return method;
    } catch (ReflectiveOperationException | RuntimeException failed) {
      throw missing(type, name, failed);
    }
  }

  /** Declared there, or above: a method reference may name the class of its receiver. */
  private static Method find(Class<?> type, String name, Class<?>[] parameters)
      throws NoSuchMethodException {
    for (Class<?> each = type; each != null; each = each.getSuperclass()) {
      try {
        return each.getDeclaredMethod(name, parameters);
      } catch (NoSuchMethodException above) {
        // An inherited one.
      }
    }
    return type.getMethod(name, parameters);
  }

  private static Constructor<?> accessible(Class<?> type, Class<?>[] parameters) {
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(parameters);
      constructor.setAccessible(true);
      return constructor;
    } catch (ReflectiveOperationException | RuntimeException failed) {
      throw missing(type, "<init>", failed);
    }
  }

  private static UnreadableException missing(Class<?> type, String name, Exception failed) {
    return new UnreadableException(
        "reading a step: class="
            + type.getName()
            + " method="
            + name
            + "; both sides need the same class files, in a package open to Treadle",
        failed);
  }

  /** {@code dev.x.Main.lambda$main$1}, {@code dev.x.Main::f}, or the class of the object. */
  static String name(Object job, @Nullable SerializedLambda lambda) {
    if (lambda == null) {
      return job.getClass().getName();
    }
    String type = lambda.getImplClass().replace('/', '.');
    String method = lambda.getImplMethodName();
    if (!method.startsWith("lambda$")) {
      return type + "::" + (method.equals("<init>") ? "new" : method);
    }
    // A serializable lambda's has a hash in the middle, which tells a reader nothing.
    int last = method.lastIndexOf('$');
    int hash = method.lastIndexOf('$', last - 1);
    return type + "." + (hash > 6 ? method.substring(0, hash) + method.substring(last) : method);
  }

  /** Bytes by their content. */
  private static final class Key {
    private final byte[] bytes;
    private final int hash;

    Key(byte[] bytes) {
      this.bytes = bytes;
      hash = Arrays.hashCode(bytes);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && Arrays.equals(bytes, key.bytes);
    }
  }
}
