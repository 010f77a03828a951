package dev.treadle.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Garbage;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class in which a buffer was dropped and not released: Netty's leak detector at
 * paranoid, and a garbage collection at the end.
 */
public final class Leaks implements BeforeAllCallback, AfterAllCallback {
  // Held, or its handlers would be forgotten with it.
  private static final Logger LOG = Logger.getLogger(ResourceLeakDetector.class.getName());

  private final List<String> found = new CopyOnWriteArrayList<>();
  private final Handler handler = new Recorder();
  private ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();

  @Override
  public void beforeAll(ExtensionContext context) throws InterruptedException {
    start();
  }

  @Override
  public void afterAll(ExtensionContext context) throws InterruptedException {
    assertThat(stop()).as("buffers that were not released").isEmpty();
  }

  void start() throws InterruptedException {
    before = ResourceLeakDetector.getLevel();
    // What others have left.
    collect();
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    LOG.addHandler(handler);
  }

  List<String> stop() throws InterruptedException {
    collect();
    LOG.removeHandler(handler);
    ResourceLeakDetector.setLevel(before);
    return List.copyOf(found);
  }

  /** Collects garbage until the collector has told of it, then lets the detector look. */
  private static void collect() throws InterruptedException {
    for (int round = 0; round < 2; round++) {
      Garbage.collect();
      for (int n = 0; n < 256; n++) {
        PooledByteBufAllocator.DEFAULT.buffer(16).release();
      }
    }
  }

  private final class Recorder extends Handler {
    @Override
    public void publish(LogRecord record) {
      String message = record.getMessage();
      // Not that there may be more: that follows on each.
      if (message.startsWith("LEAK: ")) {
        found.add(message);
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
