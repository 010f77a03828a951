package dev.treadle.coroutines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.conformance.Ports;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GeneratorStackTest {
  private final List<String> log = new ArrayList<>();
  private final List<Coroutine<?, ?, ?>> self = new ArrayList<>();

  private static List<String> methods(StackTraceElement[] frames) {
    return Arrays.stream(frames).map(StackTraceElement::getMethodName).toList();
  }

  private String innerBody(Coroutine.Yielder<@Nullable Void, Integer> c) {
    log.add("inner " + methods(self.getFirst().getStackTrace()));
    c.yield(1);
    log.add("inner " + methods(self.getFirst().getStackTrace()));
    return "inner";
  }

  private String outerBody(Coroutine.Yielder<@Nullable Void, Integer> c) {
    log.add("outer " + methods(self.getFirst().getStackTrace()));
    String result = c.yieldFrom(Coroutine.<@Nullable Void, Integer, String>of(this::innerBody));
    log.add("outer " + methods(self.getFirst().getStackTrace()));
    return result;
  }

  @Ports("test_generators.GeneratorStackTraceTest.test_send_with_yield_from")
  @Test
  void shouldShowTheDelegatingFramesWhileRunningAndWhileSuspended() {
    var coroutine = Coroutine.<@Nullable Void, Integer, String>of(this::outerBody);
    self.add(coroutine);
    assertThat(coroutine.getStackTrace()).isEmpty();
    coroutine.next();
    assertThat(methods(coroutine.getStackTrace())).containsExactly("innerBody", "outerBody");
    assertThat(coroutine.toString())
        .matches(
            "Coroutine\\[suspended at dev\\.treadle\\.coroutines\\.GeneratorStackTest\\.innerBody"
                + "\\(GeneratorStackTest\\.java:\\d+\\)]");
    assertThatThrownBy(coroutine::next).isInstanceOf(StopIteration.class);
    assertThat(coroutine.result()).isEqualTo("inner");
    assertThat(log)
        .containsExactly(
            "outer [outerBody]",
            "inner [innerBody, outerBody]",
            "inner [innerBody, outerBody]",
            "outer [outerBody]");
    assertThat(coroutine.getStackTrace()).isEmpty();
  }
}
