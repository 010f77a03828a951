package dev.treadle.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.testing.BlockingGuard;
import dev.treadle.testing.Recording;
import dev.treadle.testing.Violation;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Every test of this module fails that blocks a loop's thread; JUnit finds it as a service. */
public final class Guarded implements BeforeEachCallback, AfterEachCallback {
  private static final ExtensionContext.Namespace HERE =
      ExtensionContext.Namespace.create(Guarded.class);

  @Override
  public void beforeEach(ExtensionContext context) {
    BlockingGuard.install();
    context.getStore(HERE).put(Recording.class, BlockingGuard.record());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    try (Recording recording = context.getStore(HERE).remove(Recording.class, Recording.class)) {
      assertThat(recording.violations()).extracting(Violation::report).isEmpty();
    }
  }
}
