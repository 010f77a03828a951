package dev.treadle.offload.memory;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** What shared things are called. */
final class Names {
  private static final String GENERATED = "treadle-";
  private static final AtomicLong COUNT = new AtomicLong();

  private Names() {}

  /** A new one, {@code treadle-<pid>-<start>-<namespace>-<n>}: whose it is can be read from it. */
  static String generate() {
    return prefix() + "-" + Long.toString(COUNT.incrementAndGet(), Character.MAX_RADIX);
  }

  /** What the names of all files of this process begin with. */
  static String prefix() {
    long self = ProcessIdentity.self();
    // macOS has no room for it, nor a folder to sweep.
    String namespace =
        Os.here() == Os.MAC
            ? ""
            : "-" + Long.toString(ProcessIdentity.namespace(), Character.MAX_RADIX);
    return GENERATED
        + ProcessIdentity.pid(self)
        + "-"
        + Long.toString(ProcessIdentity.start(self), Character.MAX_RADIX)
        + namespace;
  }

  /**
   * The name, as Python's {@code SharedMemory.name} has it: without the slash.
   *
   * @throws IllegalArgumentException if the system would refuse it
   */
  static String check(String name) {
    int longest = Os.here().longestName;
    int length = name.getBytes(StandardCharsets.UTF_8).length;
    boolean generated = name.startsWith(GENERATED) && length <= 255;
    if (name.isEmpty()
        || name.indexOf('/') >= 0
        || name.indexOf('\0') >= 0
        || name.equals(".")
        || name.equals("..")
        || length > longest && !generated) {
      throw new IllegalArgumentException(
          "not a name for shared things: name="
              + name
              + "; take 1 to "
              + longest
              + " bytes without a slash");
    }
    return name;
  }

  /**
   * The same for one that is to be made.
   *
   * @throws IllegalArgumentException also if it looks like a generated one: it would be removed
   *     when the process it seems to belong to is not there
   */
  static String checkNew(String name) {
    if (name.startsWith(GENERATED)) {
      throw new IllegalArgumentException(
          "name of a generated kind: name="
              + name
              + "; choose one that does not begin with '"
              + GENERATED
              + "', or give none");
    }
    return check(name);
  }
}
