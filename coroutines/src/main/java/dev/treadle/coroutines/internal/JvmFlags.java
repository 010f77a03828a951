package dev.treadle.coroutines.internal;

import java.util.StringJoiner;

/** Says which JVM flags are missing before a class that needs them fails to link. */
public final class JvmFlags {
  private static final String EXPORT = "--add-exports java.base/jdk.internal.vm=ALL-UNNAMED";
  private static final String OPEN = "--add-opens java.base/java.lang=ALL-UNNAMED";
  private static final String MISSING = missing();

  private JvmFlags() {}

  /**
   * Returns when the flags are there.
   *
   * @throws IllegalStateException naming the missing flags and where they may be given
   */
  public static void require() {
    if (!MISSING.isEmpty()) {
      throw new IllegalStateException(
          "Treadle cannot start: missing JVM flags=["
              + MISSING
              + "]; add them to the java command, or Add-Exports and Add-Opens to the jar's manifest"
              + " (docs/jvm-flags.md)");
    }
  }

  private static String missing() {
    Module base = Object.class.getModule();
    Module ours = JvmFlags.class.getModule();
    StringJoiner flags = new StringJoiner(" ");
    if (!base.isExported("jdk.internal.vm", ours)) {
      flags.add(EXPORT);
    }
    if (!base.isOpen("java.lang", ours)) {
      flags.add(OPEN);
    }
    return flags.toString();
  }
}
