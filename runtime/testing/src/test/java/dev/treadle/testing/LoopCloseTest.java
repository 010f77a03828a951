package dev.treadle.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Loop;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class LoopCloseTest {
  private static final int LOOPS = 20;

  @Test
  void shouldNotReportTheLoopItselfWhenItClosesWhileAnotherThreadWakesIt() throws Exception {
    BlockingGuard.install();
    try (Recording recording = BlockingGuard.record()) {
      for (int n = 0; n < LOOPS; n++) {
        Loop loop = Loop.start("closing");
        Thread waker = Thread.ofPlatform().start(() -> wakeUntilClosed(loop));
        loop.close();
        waker.join();
      }

      assertThat(recording.violations()).isEmpty();
    }
  }

  private static void wakeUntilClosed(Loop loop) {
    try {
      while (true) {
        loop.execute(() -> {});
      }
    } catch (RejectedExecutionException closed) {
      // As it should.
    }
  }
}
