package dev.treadle;

import java.lang.management.ManagementFactory;
import java.util.List;

/** Whether somebody may be stepping through this JVM: then time means nothing. */
final class Debugger {
  private Debugger() {}

  /** Looked up when first asked: it loads the management classes. */
  static boolean mayBeAttached() {
    return Lookup.FOUND;
  }

  static boolean isIn(List<String> jvmArguments) {
    return jvmArguments.stream()
        .anyMatch(
            argument ->
                (argument.startsWith("-agent") || argument.startsWith("-Xrun"))
                    && argument.contains("jdwp"));
  }

  private static final class Lookup {
    static final boolean FOUND = isIn(ManagementFactory.getRuntimeMXBean().getInputArguments());
  }
}
