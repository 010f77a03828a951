package dev.treadle.offload.internal;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Classes by their names. */
final class Types {
  private Types() {}

  /** By the thread's loader, else by ours; not initialized. */
  static Class<?> load(String name) throws ClassNotFoundException {
    ClassLoader ours = Types.class.getClassLoader();
    ClassLoader threads = Thread.currentThread().getContextClassLoader();
    if (threads != null && threads != ours) {
      try {
        return Class.forName(name, false, threads);
      } catch (ClassNotFoundException notThere) {
        // Ours may know it.
      }
    }
    return Class.forName(name, false, ours);
  }

  static @Nullable Class<?> primitive(char letter) {
    return switch (letter) {
      case 'Z' -> boolean.class;
      case 'B' -> byte.class;
      case 'S' -> short.class;
      case 'C' -> char.class;
      case 'I' -> int.class;
      case 'J' -> long.class;
      case 'F' -> float.class;
      case 'D' -> double.class;
      case 'V' -> void.class;
      default -> null;
    };
  }

  /** The parameters of a method's descriptor. Not by MethodType, which starts java.lang.invoke. */
  static Class<?>[] parameters(String descriptor) throws ClassNotFoundException {
    ArrayList<Class<?>> types = new ArrayList<>();
    int at = 1;
    while (at < descriptor.length() && descriptor.charAt(at) != ')') {
      int from = at;
      while (descriptor.charAt(at) == '[') {
        at++;
      }
      if (descriptor.charAt(at) == 'L') {
        at = descriptor.indexOf(';', at);
        if (at < 0) {
          break;
        }
      }
      at++;
      String one = descriptor.substring(from, at);
      Class<?> primitive = primitive(one.charAt(0));
      if (primitive != null) {
        types.add(primitive);
      } else if (one.charAt(0) == 'L') {
        types.add(load(one.substring(1, one.length() - 1).replace('/', '.')));
      } else {
        types.add(load(one.replace('/', '.')));
      }
    }
    if (at < 0 || at >= descriptor.length()) {
      throw new MalformedException(
          "reading a step: descriptor=" + descriptor + "; it was not written by this version");
    }
    return types.toArray(new Class<?>[0]);
  }
}
