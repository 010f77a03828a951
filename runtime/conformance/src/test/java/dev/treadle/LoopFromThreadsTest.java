package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.conformance.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoopFromThreadsTest {
  private static final Duration FOREVER = Duration.ofDays(1000);

  @Ports("test_events.EventLoopTestsMixin.test_run_in_executor_cancel")
  @Test
  void shouldDropALateResultWhenTheLoopHasClosed() {
    CompletableFuture<String> late = new CompletableFuture<>();
    List<String> reported = new ArrayList<>();
    Virtually.loop()
        .onFailure((source, failure) -> reported.add(source))
        .run(
            () -> {
              spawn(
                  () -> {
                    // copy(), so that the cancellation does not reach the result itself.
                    await(late.copy());
                  });
              Treadle.yieldNow();
            });
    assertThat(late.complete("too late")).isTrue();
    assertThat(reported).isEmpty();
  }

  @Ports("test_base_events.BaseEventLoopTests.test_check_thread")
  @Test
  void shouldSayTheRemedyWhenCalledOnAnotherThread() {
    try (Loop loop = Loop.start("own")) {
      String where = " on a wrong thread: thread=" + Thread.currentThread().getName() + " loop=own";
      assertThatIllegalStateException()
          .isThrownBy(() -> loop.callSoon(() -> {}))
          .withMessage(
              "callSoon()" + where + "; hand it over with Loop.execute(...) or Loop.submit(...)");
      assertThatIllegalStateException()
          .isThrownBy(() -> loop.callLater(Duration.ofSeconds(1), () -> {}))
          .withMessageStartingWith("callLater()" + where);
      assertThatIllegalStateException()
          .isThrownBy(() -> loop.callAt(FOREVER, () -> {}))
          .withMessageStartingWith("callAt()" + where);
      assertThatIllegalStateException()
          .isThrownBy(loop::tasks)
          .withMessageStartingWith("tasks()" + where);
      assertThatIllegalStateException()
          .isThrownBy(loop::dump)
          .withMessageStartingWith("dump()" + where);
      Handle handle = await(loop.submit(() -> loop.callLater(FOREVER, () -> {})));
      assertThatIllegalStateException()
          .isThrownBy(handle::cancel)
          .withMessageStartingWith("Handle.cancel()" + where);
    }
  }
}
