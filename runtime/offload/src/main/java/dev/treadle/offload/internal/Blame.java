package dev.treadle.offload.internal;

import java.io.Externalizable;
import java.io.NotSerializableException;
import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds which value cannot be sent, and the way to it; only after sending has failed. */
final class Blame {
  private static final int MAX_OBJECTS = 10_000;
  private static final int MAX_DEPTH = 200;

  private final Set<Object> visited = Collections.newSetFromMap(new IdentityHashMap<>());
  private @Nullable String culprit;
  private @Nullable String path;
  private int depth;

  private Blame() {}

  /** For a step, one of whose captured values could not be written. */
  static UnsendableException step(
      Object job, @Nullable SerializedLambda lambda, int argument, Throwable failure) {
    Object root = job;
    String from = "the step";
    if (lambda != null) {
      boolean inside = argument < lambda.getCapturedArgCount();
      root = inside ? lambda.getCapturedArg(argument) : null;
      from =
          "argument "
              + argument
              + (argument == 0
                      && lambda.getImplMethodKind() != MethodHandleInfo.REF_invokeStatic
                      && lambda.getImplMethodKind() != MethodHandleInfo.REF_newInvokeSpecial
                  ? " (this, or the receiver)"
                  : "");
    }
    return new UnsendableException(
        "submit() of a step that cannot be sent: step="
            + Steps.name(job, lambda)
            + describe("captured=", root, from, failure)
            + "; capture only serializable values",
        failure);
  }

  /** For a result or another value. */
  static UnsendableException value(String what, @Nullable Object value, Throwable failure) {
    return new UnsendableException(
        what + describe("class=", value, "the value", failure) + "; send only serializable values",
        failure);
  }

  private static String describe(
      String label, @Nullable Object root, String from, Throwable failure) {
    String type = root == null ? "null" : root.getClass().getName();
    if (failure instanceof NotSerializableException) {
      Blame blame = new Blame();
      try {
        blame.visit(root, from);
      } catch (RuntimeException | StackOverflowError hostile) {
        // A collection that cannot be walked: what serialization said has to do.
      }
      if (blame.culprit != null) {
        return " " + label + blame.culprit + " at " + blame.path;
      }
      return " " + label + failure.getMessage() + " at " + from + " of " + type;
    }
    return " " + label + type + " at " + from + " failure=" + failure;
  }

  private void visit(@Nullable Object value, String way) {
    if (value == null
        || culprit != null
        || depth > MAX_DEPTH
        || visited.size() > MAX_OBJECTS
        || value instanceof ByteBuffer
        || value instanceof MemorySegment
        || value instanceof String
        || value instanceof Class<?>
        || value instanceof Enum<?>
        || !visited.add(value)) {
      return;
    }
    depth++;
    if (value instanceof Object[] elements) {
      for (int i = 0; i < elements.length && culprit == null; i++) {
        visit(elements[i], way + " element " + i);
      }
    } else if (!(value instanceof Serializable)) {
      culprit = value.getClass().getName();
      path = way;
    } else if (!(value instanceof Externalizable) && !value.getClass().isArray()) {
      inside(value, way);
    }
    depth--;
  }

  private void inside(Object value, String way) {
    SerializedLambda lambda = Lambdas.serialized(value);
    if (lambda != null) {
      for (int i = 0; i < lambda.getCapturedArgCount(); i++) {
        visit(lambda.getCapturedArg(i), way + " captured " + i);
      }
      return;
    }
    if (value instanceof Collection<?> elements) {
      int i = 0;
      for (Object element : elements) {
        visit(element, way + " element " + i++);
      }
    } else if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        visit(entry.getKey(), way + " key");
        visit(entry.getValue(), way + " value of key " + named(entry.getKey()));
      }
    }
    fields(value, way);
  }

  private static String named(@Nullable Object key) {
    return key instanceof String || key instanceof Number ? key.toString() : "?";
  }

  private void fields(Object value, String way) {
    for (Class<?> type = value.getClass();
        type != null && Serializable.class.isAssignableFrom(type);
        type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        int modifiers = field.getModifiers();
        if (Modifier.isStatic(modifiers)
            || Modifier.isTransient(modifiers)
            || field.getType().isPrimitive()) {
          continue;
        }
        Object inside;
        try {
          field.setAccessible(true);
          inside = field.get(value);
        } catch (ReflectiveOperationException | RuntimeException closed) {
          // The JDK's own classes do not let us look; collections and maps were walked above.
          continue;
        }
        visit(inside, way + " field " + type.getSimpleName() + "." + field.getName());
      }
    }
  }
}
