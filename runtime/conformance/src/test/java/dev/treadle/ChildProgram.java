package dev.treadle;

import java.util.List;

/** Runs a program in a JVM like this one, for tests of other packages than {@link ChildJvm}'s. */
public final class ChildProgram {
  private ChildProgram() {}

  /** What it prints, when it has ended without an error. */
  public static List<String> run(Class<?> program, String... flags) throws Exception {
    try (ChildJvm jvm = ChildJvm.start(program, flags)) {
      int rc = jvm.awaitExit();
      if (rc != 0) {
        throw new AssertionError("program failed: rc=" + rc + " output=" + jvm.output());
      }
      return jvm.output();
    }
  }
}
