package dev.treadle.offload.memory;

import java.io.Serializable;

/**
 * What is sent of a shared thing: which it is. Where it is read, it is opened, by somebody who does
 * not own it.
 */
record ByName(Kind kind, String name) implements Serializable {
  private static final long serialVersionUID = 1;

  enum Kind {
    MEMORY,
    SEMAPHORE,
    LOCK
  }

  private Object readResolve() {
    return switch (kind) {
      case MEMORY -> SharedMemory.attach(name);
      case SEMAPHORE -> SharedSemaphore.attach(name);
      case LOCK -> SharedLock.attach(name);
    };
  }
}
