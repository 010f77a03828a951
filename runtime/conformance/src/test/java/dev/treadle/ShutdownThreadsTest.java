package dev.treadle;

import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.conformance.Ports;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ShutdownThreadsTest {
  /** Where virtual time stands still, graces are real: no longer than it takes to see them. */
  private static final Duration SHORT = Duration.ofMillis(30);

  private final List<ShutdownReport> reports = new CopyOnWriteArrayList<>();
  private final List<String> events = new CopyOnWriteArrayList<>();
  private final VirtualClock clock = new VirtualClock();

  private LoopBuilder loop(Duration grace) {
    return reporting(Loop.builder().clock(clock)).shutdownGrace(grace);
  }

  private LoopBuilder reporting(LoopBuilder builder) {
    return builder.onFailure(
        (source, failure) -> {
          assertThat(source).isEqualTo("the end of loop 'loop'");
          assertThat(failure).isInstanceOf(ShutdownException.class);
          reports.add(((ShutdownException) failure).report());
          assertThat(failure).hasMessage(reports.getLast().toString());
        });
  }

  @Ports("test_base_events.BaseEventLoopTests.test_shutdown_default_executor_timeout")
  @Test
  void shouldLeaveAThreadBehindThatTakesNoInterrupt() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CompletableFuture<Thread> used = new CompletableFuture<>();
    loop(SHORT)
        .run(
            () -> {
              spawn(
                  "blocked",
                  () -> {
                    try {
                      onThread(() -> ignoreInterrupts(used, release));
                    } finally {
                      events.add("task left");
                    }
                  });
              onThread(() -> used.join());
            });
    assertThat(events).containsExactly("task left");
    ShutdownReport report = reports.getFirst();
    assertThat(report.forced()).extracting(ShutdownReport.Entry::name).containsExactly("blocked");
    assertThat(report.stuck()).isEmpty();
    ShutdownReport.Entry thread = report.threads().getFirst();
    assertThat(thread.name()).isEqualTo(used.join().getName());
    assertThat(thread.waitingFor()).startsWith("onThread").endsWith(" of task 'blocked'");
    assertThat(thread.stack()).anyMatch(frame -> frame.getMethodName().equals("ignoreInterrupts"));
    assertThat(used.join().isAlive()).isTrue();
    release.countDown();
    used.join().join();
    assertThat(reports).hasSize(1);
  }

  private static void ignoreInterrupts(CompletableFuture<Thread> used, CountDownLatch release) {
    used.complete(Thread.currentThread());
    while (release.getCount() > 0) {
      try {
        release.await();
      } catch (InterruptedException e) {
        // As a body that takes no interrupt.
      }
    }
  }
}
