package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.conformance.Ports;
import io.netty.util.concurrent.Promise;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@Timeout(60)
class WrappedFutureTest {
  @Ports("test_futures.BaseFutureTests.test_wrap_future_cancel2")
  @Test
  void shouldCancelTheSourceWhenTheTaskIsCancelled() {
    Virtually.run(
        () -> {
          CompletableFuture<String> stage = new CompletableFuture<>();
          Promise<String> promise = netty().newPromise();
          AtomicInteger cancelled = new AtomicInteger();
          Mono<String> mono = Mono.<String>never().doOnCancel(cancelled::incrementAndGet);
          Flux<String> flux = Flux.<String>never().doOnCancel(cancelled::incrementAndGet);
          List<Task<?>> tasks =
              List.of(
                  spawn(() -> await(stage)),
                  spawn(() -> await(promise)),
                  spawn(() -> await(mono)),
                  spawn(() -> await(flux)));
          yieldNow();
          tasks.forEach(Task::cancel);
          yieldNow();
          assertThat(tasks).allMatch(Task::isCancelled);
          assertThat(stage).isCancelled();
          assertThat(promise.isCancelled()).isTrue();
          assertThat(cancelled).hasValue(2);
        });
  }

  private static io.netty.channel.EventLoop netty() {
    return Loop.current().nettyLoop();
  }
}
