package dev.treadle.offload.process;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which ends of pipes go with a step, so that they can be closed if it ends without having used
 * them: nobody else would, and the other end would wait for ever.
 */
final class SentEnds {
  private static final ThreadLocal<@Nullable List<Handle>> NOTING = new ThreadLocal<>();

  private SentEnds() {}

  /** Encodes a step on this thread; gives the ends that were met. */
  static List<Handle> during(Runnable encoding) {
    List<Handle> met = new ArrayList<>();
    NOTING.set(met);
    try {
      encoding.run();
    } finally {
      NOTING.remove();
    }
    return met;
  }

  static void note(Handle handle) {
    List<Handle> noting = NOTING.get();
    if (noting != null) {
      noting.add(handle);
    }
  }

  /** The step has ended: closes those that no process uses. */
  static void closeUnused(List<Handle> ends) {
    for (Handle end : ends) {
      LocalPort port = Ports.local(end);
      if (port != null && port.claim()) {
        port.leave();
      }
    }
  }
}
