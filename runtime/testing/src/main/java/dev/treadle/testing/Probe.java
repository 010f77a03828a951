package dev.treadle.testing;

import java.io.Serial;
import java.util.concurrent.locks.LockSupport;

/** A real blocking call on this thread that the guard must refuse. */
final class Probe {
  private static final ThreadLocal<Boolean> ON = ThreadLocal.withInitial(() -> false);
  private static final long NANOS = 1;

  private Probe() {}

  static boolean isOn() {
    return ON.get();
  }

  static boolean isRefused() {
    ON.set(true);
    try {
      LockSupport.parkNanos(NANOS);
      return false;
    } catch (Refused refused) {
      return true;
    } catch (Error refusedBySomebodyElse) {
      // Another callback than ours: violations would not be recorded.
      return false;
    } finally {
      ON.remove();
    }
  }

  /** Says that the guard works; never seen outside. */
  static final class Refused extends Error {
    @Serial private static final long serialVersionUID = 1;

    static final Refused INSTANCE = new Refused();

    private Refused() {
      super("refused", null, false, false);
    }
  }
}
