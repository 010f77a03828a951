package dev.treadle.offload.internal;

import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** Serializable lambdas and method references: what they are made of. */
final class Lambdas {
  /** The hidden method that gives it; null for a class that has none or does not let us. */
  private static final ClassValue<Shape> SHAPES =
      new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
          return new Shape(type);
        }
      };

  private Lambdas() {}

  /** What is known of a lambda's class: one for each place in a program that makes lambdas. */
  static final class Shape {
    final @Nullable Method writeReplace;

    /** What {@link Steps} sends for it; the same each time. A race computes it twice, no more. */
    volatile byte @Nullable [] key;

    Shape(Class<?> type) {
      Method method = null;
      try {
        method = type.getDeclaredMethod("writeReplace");
        method.setAccessible(true);
      } catch (ReflectiveOperationException | RuntimeException closed) {
        // No lambda, or one of a module that is not open to us: serialization itself may.
        method = null;
      }
      writeReplace = method;
    }
  }

  static Shape shape(Object lambda) {
    return SHAPES.get(lambda.getClass());
  }

  /** Null when it is no serializable lambda or method reference. */
  static @Nullable SerializedLambda serialized(Object lambda) {
    if (!(lambda instanceof Serializable) || !lambda.getClass().isHidden()) {
      return null;
    }
    Method method = shape(lambda).writeReplace;
    try {
      Object replaced = method == null ? replacedBySerialization(lambda) : method.invoke(lambda);
      return replaced instanceof SerializedLambda serialized ? serialized : null;
    } catch (ReflectiveOperationException | IOException failed) {
      return null;
    }
  }

  /** Serialization may call a writeReplace of any module; its captured values are then cut off. */
  private static @Nullable Object replacedBySerialization(Object lambda) throws IOException {
    Catcher catcher = new Catcher();
    catcher.writeObject(lambda);
    return catcher.caught;
  }

  private static final class Catcher extends ObjectOutputStream {
    @Nullable SerializedLambda caught;

    Catcher() throws IOException {
      super(OutputStream.nullOutputStream());
      enableReplaceObject(true);
    }

    @Override
    protected @Nullable Object replaceObject(@Nullable Object object) {
      if (object instanceof SerializedLambda lambda && caught == null) {
        caught = lambda;
      }
      return null;
    }
  }

  static void write(SerializedLambda lambda, ByteWriter out) {
    out.string(lambda.getCapturingClass());
    out.string(lambda.getFunctionalInterfaceClass());
    out.string(lambda.getFunctionalInterfaceMethodName());
    out.string(lambda.getFunctionalInterfaceMethodSignature());
    out.u1(lambda.getImplMethodKind());
    out.string(lambda.getImplClass());
    out.string(lambda.getImplMethodName());
    out.string(lambda.getImplMethodSignature());
    out.string(lambda.getInstantiatedMethodType());
  }

  /** The lambda itself, by the method that its class has for that. */
  static Object read(ValueReader reader) throws IOException, ClassNotFoundException {
    ByteReader in = reader.raw();
    Class<?> capturing = Types.load(in.string().replace('/', '.'));
    allow(reader.filter, SerializedLambda.class);
    allow(reader.filter, capturing);
    String type = in.string();
    String name = in.string();
    String signature = in.string();
    int kind = in.u1();
    String implClass = in.string();
    String implName = in.string();
    String implSignature = in.string();
    String instantiated = in.string();
    int count = in.count();
    in.need(count, "captured values");
    @Nullable Object[] captured = new Object[count];
    for (int i = 0; i < count; i++) {
      captured[i] = reader.read();
    }
    SerializedLambda lambda =
        new SerializedLambda(
            capturing,
            type,
            name,
            signature,
            kind,
            implClass,
            implName,
            implSignature,
            instantiated,
            captured);
    try {
      Method maker = capturing.getDeclaredMethod("$deserializeLambda$", SerializedLambda.class);
      maker.setAccessible(true);
      return maker.invoke(null, lambda);
    } catch (InvocationTargetException failed) {
      throw new UnreadableException(
          "reading a lambda: class="
              + capturing.getName()
              + " method="
              + implName
              + "; both sides need the same class files",
          failed.getCause());
    } catch (ReflectiveOperationException | RuntimeException failed) {
      throw new UnreadableException(
          "reading a lambda: class="
              + capturing.getName()
              + " method="
              + implName
              + "; both sides need the same class files, in a package open to Treadle",
          failed);
    }
  }

  /** Asks the filter as JDK deserialization would. */
  static void allow(ObjectInputFilter filter, Class<?> type) {
    if (filter.checkInput(new Asked(type)) == ObjectInputFilter.Status.REJECTED) {
      throw new UnreadableException(
          "reading a value: class="
              + type.getName()
              + " is refused by the ObjectInputFilter; allow"
              + " it there if it may come",
          null);
    }
  }

  private record Asked(Class<?> serialClass) implements ObjectInputFilter.FilterInfo {
    @Override
    public long arrayLength() {
      return -1;
    }

    @Override
    public long depth() {
      return 1;
    }

    @Override
    public long references() {
      return 1;
    }

    @Override
    public long streamBytes() {
      return 0;
    }
  }
}
