package dev.treadle;

import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.queue.AsyncQueue;
import dev.treadle.reactor.Reactive;
import dev.treadle.sync.AsyncBarrier;
import dev.treadle.sync.AsyncCondition;
import dev.treadle.sync.AsyncEvent;
import dev.treadle.sync.AsyncLock;
import dev.treadle.sync.AsyncSemaphore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

class LoopFramesTest {
  static List<Action<Exception>> waits() {
    return List.of(
        () -> new AsyncLock().run(() -> AsyncQueue.bounded(1).take()),
        () -> AsyncSemaphore.bounded(1).run(() -> new AsyncSemaphore(0).acquire()),
        () -> new AsyncEvent().await(),
        () -> new AsyncBarrier(2).await(),
        () -> {
          var changed = new AsyncCondition();
          changed.lock().run(() -> changed.awaitUntil(() -> false));
        },
        () -> AsyncQueue.bounded(1).iterator().next(),
        () -> Reactive.iterate(Flux.never()).next(),
        () -> Reactive.iterate(Reactive.flux(out -> Treadle.sleep(Duration.ofDays(1)))).next());
  }

  @ParameterizedTest
  @MethodSource("waits")
  void shouldLeaveOutTheFramesOfWhatATaskWaitsIn(Action<Exception> wait) throws Exception {
    Virtually.run(
        () -> {
          var task = spawn(wait);
          yieldNow();
          assertThat(task.stackTrace())
              .isNotEmpty()
              .allMatch(frame -> frame.getClassName().equals(LoopFramesTest.class.getName()));
          task.cancel();
        });
  }
}
