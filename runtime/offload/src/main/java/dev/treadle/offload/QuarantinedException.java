package dev.treadle.offload;

import java.io.Serial;

/**
 * A step was not tried because it has crashed too many workers; the cause is the last crash. See
 * {@link ProcessPoolBuilder#quarantineAfter}.
 */
public final class QuarantinedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  QuarantinedException(String call, WorkerCrashedException last) {
    super(
        "step in quarantine: call="
            + call
            + "; it has crashed worker after worker: mend it, or let it try again with"
            + " ProcessPool.forgive()",
        last);
  }
}
