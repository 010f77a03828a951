package dev.treadle.http;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Netty's leak detector, which it makes by the property {@code io.netty.customResourceLeakDetector}
 * before any test can ask for it; keeps what others log.
 */
public final class LeakRecorder<T> extends ResourceLeakDetector<T> {
  private static final List<String> LEAKS = new CopyOnWriteArrayList<>();

  /** For Netty. */
  public LeakRecorder(Class<?> resource, int samplingInterval) {
    super(resource, samplingInterval);
  }

  /** For Netty, which looks for this one, too. */
  public LeakRecorder(Class<?> resource, int samplingInterval, long maxActive) {
    super(resource, samplingInterval);
  }

  /** What has leaked since it was last asked. */
  static List<String> leaks() {
    System.gc();
    // The detector looks at what was collected when something is next allocated.
    PooledByteBufAllocator.DEFAULT.buffer(1).release();
    List<String> found = List.copyOf(LEAKS);
    LEAKS.removeAll(found);
    return found;
  }

  @Override
  protected boolean needReport() {
    return true;
  }

  @Override
  protected void reportTracedLeak(String resourceType, String records) {
    LEAKS.add(resourceType + records);
  }

  @Override
  protected void reportUntracedLeak(String resourceType) {
    LEAKS.add(resourceType);
  }
}
