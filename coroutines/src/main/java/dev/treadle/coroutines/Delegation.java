package dev.treadle.coroutines;

import dev.treadle.coroutines.internal.Stepper;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** PEP 380's {@code yield from} over something that only knows {@code next()}. */
final class Delegation {
  private Delegation() {}

  static void yieldFrom(Stepper outer, Iterable<?> source) {
    Iterator<?> iterator = source.iterator();
    if (iterator instanceof Generator<?> generator) {
      outer.delegateTo(generator.stepper);
      return;
    }
    while (iterator.hasNext()) {
      Object sent;
      try {
        sent = outer.yield(iterator.next());
      } catch (GeneratorExit exit) {
        close(iterator, exit);
        throw exit;
      }
      if (sent != null) {
        throw cannotSend(iterator.getClass().getName(), sent);
      }
    }
  }

  private static void close(Iterator<?> iterator, GeneratorExit exit) {
    if (iterator instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        exit.addSuppressed(e);
      }
    }
  }

  private static IllegalStateException cannotSend(String target, @Nullable Object sent) {
    return new IllegalStateException(
        "cannot send to an iterator: iterator="
            + target
            + " value="
            + sent
            + "; step it with next() while it is delegated to");
  }
}
