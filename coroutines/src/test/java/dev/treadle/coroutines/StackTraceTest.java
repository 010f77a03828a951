package dev.treadle.coroutines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class StackTraceTest {
  private static List<String> methods(StackTraceElement[] frames) {
    return Arrays.stream(frames).map(StackTraceElement::getMethodName).toList();
  }

  private void failing(Generator.Yielder<Integer> y) {
    y.yield(1);
    throw new IllegalArgumentException("deep");
  }

  private void middle(Generator.Yielder<Integer> y) {
    y.yieldFrom(Generator.<Integer>of(this::failing));
  }

  private void top(Generator.Yielder<Integer> y) {
    y.yieldFrom(Generator.<Integer>of(this::middle));
  }

  @Test
  void shouldNoteOnceFromWhereAFailedBodyWasDelegatedTo() {
    Generator<Integer> generator = Generator.of(this::top);
    generator.next();
    var failure = catchThrowableOfType(IllegalArgumentException.class, generator::next);
    assertThat(failure.getSuppressed()).hasSize(1);
    assertThat(failure.getSuppressed()[0]).hasToString("delegated to from");
    assertThat(methods(failure.getSuppressed()[0].getStackTrace()))
        .containsExactly("middle", "top");
    assertThat(failure.getStackTrace()[0].getMethodName()).isEqualTo("failing");
  }

  @Test
  void shouldShowWhereALambdaIsSuspended() {
    Generator<Integer> generator = Generator.of(y -> y.yield(1));
    assertThat(generator.toString()).isEqualTo("Generator[not started]");
    generator.next();
    assertThat(generator.toString())
        .startsWith("Generator[suspended at dev.treadle.coroutines.StackTraceTest.lambda$")
        .contains("(StackTraceTest.java:");
    assertThat(generator.getStackTrace()).hasSize(1);
  }
}
