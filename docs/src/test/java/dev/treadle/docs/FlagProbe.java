package dev.treadle.docs;

import dev.treadle.Treadle;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;

/** The program behind docs/jvm-flags.md; {@link FlagsTest} starts it with and without the flags. */
final class FlagProbe {
  private static final Object LOCK = new Object();

  private FlagProbe() {}

  public static void main(String[] args) {
    Treadle.run(FlagProbe::awaitInsideSynchronized);
    System.out.println(PlatformDependent.getUnsafeUnavailabilityCause());
  }

  private static void awaitInsideSynchronized() {
    synchronized (LOCK) {
      Treadle.sleep(Duration.ofMillis(1));
    }
  }
}
