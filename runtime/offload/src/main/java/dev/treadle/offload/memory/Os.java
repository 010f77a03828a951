package dev.treadle.offload.memory;

import java.util.Locale;

/** Which POSIX system this is; its numbers differ. */
enum Os {
  LINUX(0x40, 0x80, true, 160),
  MAC(0x200, 0x800, false, 22),
  OTHER(0, 0, false, 0);

  private static final Os HERE = of(System.getProperty("os.name"));

  final int create;
  final int exclusive;

  /** Whether a semaphore can lie in shared memory, and be waited for with a time limit. */
  final boolean hasUnnamedSemaphores;

  /** In bytes; the system takes 255, macOS 31, and what we add for files of our own must fit. */
  final int longestName;

  Os(int create, int exclusive, boolean hasUnnamedSemaphores, int longestName) {
    this.create = create;
    this.exclusive = exclusive;
    this.hasUnnamedSemaphores = hasUnnamedSemaphores;
    this.longestName = longestName;
  }

  static Os here() {
    return HERE;
  }

  static Os of(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.startsWith("linux")) {
      return LINUX;
    }
    return lower.startsWith("mac") ? MAC : OTHER;
  }

  /**
   * The same, if it is a POSIX one.
   *
   * @throws UnsupportedOperationException elsewhere
   */
  Os require(String operation) {
    if (this == OTHER) {
      throw new UnsupportedOperationException(
          operation
              + " needs POSIX: os="
              + System.getProperty("os.name")
              + "; run it on Linux or macOS");
    }
    return this;
  }

  /**
   * The same, if semaphores there can do what ours need.
   *
   * @throws UnsupportedOperationException elsewhere
   */
  void requireSemaphores(String operation) {
    if (!require(operation).hasUnnamedSemaphores) {
      throw new UnsupportedOperationException(
          operation
              + " needs semaphores in memory: os="
              + System.getProperty("os.name")
              + "; run it on Linux");
    }
  }
}
