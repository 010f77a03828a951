package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Awaiting on threads that have no loop, platform and virtual: they block. */
@Timeout(60)
class AwaitOffLoopTest {
  @SuppressWarnings("NullAway.Init") // Set before the first test.
  private static Loop loop;

  @BeforeAll
  static void start() {
    loop = Loop.start("loop");
  }

  @AfterAll
  static void close() {
    loop.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldBlockUntilTheValueIsThereWhenOffTheLoop(boolean virtual) throws Exception {
    onThread(
        virtual,
        () -> {
          Task<String> task =
              loop.submit(
                  () -> {
                    sleep(Duration.ofMillis(1));
                    return "task";
                  });
          assertThat(await(task)).isEqualTo("task");
          Deferred<@Nullable String> deferred = new Deferred<>(loop);
          loop.execute(() -> deferred.complete(null));
          assertThat(await(deferred)).isNull();
          assertThat(await(CompletableFuture.supplyAsync(() -> "stage"))).isEqualTo("stage");
          assertThat(await(Mono.delay(Duration.ofMillis(1)))).isZero();
          assertThat(await(Flux.range(7, 5))).isEqualTo(7);
          assertThat(await(Mono.<String>empty())).isNull();
          assertThat(await(loop.nettyLoop().submit(() -> "netty"))).isEqualTo("netty");
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldRethrowAsInATaskWhenOffTheLoop(boolean virtual) throws Exception {
    onThread(
        virtual,
        () -> {
          var unchecked = new IllegalArgumentException("unchecked");
          var checked = new IOException("checked");
          assertThatThrownBy(() -> await(loop.submit(() -> AwaitTest.throwIt(unchecked))))
              .isSameAs(unchecked);
          assertThatThrownBy(() -> await(CompletableFuture.failedFuture(unchecked)))
              .isSameAs(unchecked);
          assertThatThrownBy(() -> await(Mono.error(unchecked))).isSameAs(unchecked);
          assertThatThrownBy(() -> await(loop.nettyLoop().newFailedFuture(unchecked)))
              .isSameAs(unchecked);
          assertThatExceptionOfType(CompletionException.class)
              .isThrownBy(() -> await(loop.submit(() -> AwaitTest.throwIt(checked))))
              .withCause(checked);
          assertThatExceptionOfType(CompletionException.class)
              .isThrownBy(() -> await(Mono.error(checked)))
              .withCause(checked);
        });
  }

  @Test
  void shouldSeeTheCancellationWhenAnotherThreadCancelsATask() {
    Task<?> task = loop.submit("victim", () -> sleep(Duration.ofDays(1)));
    task.cancel();
    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(() -> await(task))
        .withMessageContaining("task 'victim'");
    assertThat(task.isCancelled()).isTrue();
    assertThat(task.failure()).isInstanceOf(CancellationException.class);
  }

  @Test
  void shouldStayInterruptedWhenInterruptedWhileBlocking() {
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(() -> await(new Deferred<String>(loop)))
        .withMessage("await() was interrupted")
        .withCauseInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  private static void onThread(boolean virtual, Action<Exception> body) throws Exception {
    FutureTask<@Nullable Void> test = new FutureTask<>(Valueless.callable(body));
    if (virtual) {
      Thread.startVirtualThread(test);
    } else {
      Thread.ofPlatform().start(test);
    }
    try {
      test.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error failed) {
        throw failed;
      }
      throw e;
    }
  }
}
