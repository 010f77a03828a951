package dev.treadle.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InlineExecutorTest extends OffloadContract {
  @Override
  OffloadExecutor open(int parallelism) {
    return new InlineExecutor();
  }

  @Test
  void shouldDoTheStepInSubmitOnTheCallingThread() {
    try (InlineExecutor inline = new InlineExecutor()) {
      List<Thread> threads = new ArrayList<>();
      Call<?> call =
          inline.submit(
              () -> {
                threads.add(Thread.currentThread());
                Progress.report(1, 2, "half");
              });
      assertThat(call.isDone()).isTrue();
      assertThat(threads).containsExactly(Thread.currentThread());
      assertThat(call.progress()).isEqualTo(new Progress(1, 2, "half"));
    }
  }

  @Test
  void shouldTellTheProgressOfAStepInAStepApart() {
    try (InlineExecutor inline = new InlineExecutor()) {
      List<Call<?>> inner = new ArrayList<>();
      Call<?> outer =
          inline.submit(
              () -> {
                inner.add(inline.submit(() -> Progress.report(1, 1)));
                Progress.report(2, 2);
              });
      assertThat(inner.getFirst().progress()).isEqualTo(new Progress(1, 1, ""));
      assertThat(outer.progress()).isEqualTo(new Progress(2, 2, ""));
      assertThat(Progress.reporter()).isNull();
    }
  }

  @Test
  void shouldFailAStepThatTookTooLong() {
    try (InlineExecutor inline = new InlineExecutor()) {
      Call<Long> call =
          inline.submit(
              () -> {
                long began = System.nanoTime();
                while (System.nanoTime() - began < 2) {}
                return began;
              },
              CallOptions.DEFAULT.timeout(Duration.ofNanos(1)));
      assertThatExceptionOfType(CallTimeoutException.class).isThrownBy(call::result);
    }
  }

  @Test
  void shouldIgnoreWhatIsSaidOutsideOfAStep() {
    Progress.report(1, 2, "nobody listens");
    assertThat(Progress.reporter()).isNull();
  }

  @Test
  void shouldRefuseWhatCouldNotBeSentWhenAskedTo() {
    Thread unsendable = Thread.currentThread();
    try (InlineExecutor inline = InlineExecutor.sending()) {
      assertThatExceptionOfType(NotSendableException.class)
          .isThrownBy(() -> inline.submit(() -> unsendable.getName()))
          .withMessageContaining("java.lang.Thread");
      Call<Thread> call = inline.submit(() -> Thread.currentThread());
      assertThatExceptionOfType(NotSendableException.class)
          .isThrownBy(call::result)
          .withMessageContaining("java.lang.Thread");
      assertThat(inline.submit(() -> square(7)).result()).isEqualTo(49);
      assertThat(inline.map(OffloadContract::square, List.of(2L)).toList()).containsExactly(4L);
    }
    try (InlineExecutor inline = new InlineExecutor()) {
      assertThat(inline.submit(() -> unsendable.getName()).result())
          .isEqualTo(unsendable.getName());
    }
  }
}
