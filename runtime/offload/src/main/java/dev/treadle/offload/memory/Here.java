package dev.treadle.offload.memory;

import dev.treadle.Loop;
import org.jspecify.annotations.Nullable;

/** Where the calling code runs. */
final class Here {
  private static volatile @Nullable LinkageError noLoops;

  private Here() {}

  /** Whether this thread must not be blocked. */
  static boolean isLoop() {
    if (noLoops != null) {
      return false;
    }
    try {
      return Loop.isLoopThread(Thread.currentThread());
    } catch (LinkageError withoutFlags) {
      // A worker may have been started without what loops need: then it has none.
      noLoops = withoutFlags;
      return false;
    }
  }
}
