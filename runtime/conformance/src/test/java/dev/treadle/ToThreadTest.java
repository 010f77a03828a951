package dev.treadle;

import static dev.treadle.Treadle.onThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.conformance.Ports;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ToThreadTest {
  private static final ScopedValue<String> USER = ScopedValue.newInstance();

  @Ports("test_threads.ToThreadTests.test_to_thread")
  @Test
  void shouldGiveTheValueWhenTheBodyRanOnAnotherThread() {
    Virtually.run(
        () -> {
          Thread loop = Thread.currentThread();
          Thread other = onThread(Thread::currentThread);
          assertThat(other).isNotSameAs(loop);
          assertThat(other.isDaemon()).isTrue();
          assertThat(Thread.currentThread()).isSameAs(loop);
        });
  }

  @Ports("test_threads.ToThreadTests.test_to_thread_exception")
  @Test
  void shouldThrowTheCheckedFailureItself() {
    IOException failure = new IOException("disk");
    Virtually.run(
        () ->
            assertThatThrownBy(
                    () ->
                        onThread(
                            () -> {
                              throw failure;
                            }))
                .isSameAs(failure));
  }

  @Ports("test_threads.ToThreadTests.test_to_thread_contextvars")
  @Test
  void shouldCarryTheScopedValuesAlong() {
    Virtually.run(
        () -> {
          ScopedValue.where(USER, "ada")
              .run(() -> assertThat(onThread(USER::get)).isEqualTo("ada"));
          boolean bound = onThread(USER::isBound);
          assertThat(bound).isFalse();
        });
  }
}
