package dev.treadle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A loop on virtual time for one body, which checks at the end that the body left no task and no
 * timer behind and that no failure went unobserved.
 */
final class VirtualLoop {
  private VirtualLoop() {}

  static <T extends @Nullable Object> T call(Callable<T> body) {
    List<String> unobserved = new ArrayList<>();
    T value =
        Loop.builder()
            .clock(new VirtualClock())
            .onFailure((source, failure) -> unobserved.add(source + ": " + failure))
            .run(
                () -> {
                  T result = body.call();
                  assertThat(Loop.current().tasks()).containsExactly(Treadle.currentTask());
                  assertThat(Loop.current().timers.size()).isZero();
                  return result;
                });
    assertThat(unobserved).isEmpty();
    return value;
  }

  static void run(Action<Exception> body) {
    call(Valueless.callable(body));
  }

  /** Lets everything run that can, until all other tasks wait: a nanosecond is no time here. */
  static void settle() {
    Treadle.sleep(Duration.ofNanos(1));
  }

  static void sleepForever() {
    Treadle.sleep(Duration.ofDays(1000));
  }

  static Duration ms(long millis) {
    return Duration.ofMillis(millis);
  }

  static void sleepMs(long millis) {
    Treadle.sleep(ms(millis));
  }

  /** Virtual milliseconds since the loop began. */
  static long now() {
    return Loop.current().time().toMillis();
  }
}
