package dev.treadle.coroutines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.conformance.Ports;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CloseTest {
  private final List<Object> log = new ArrayList<>();

  private Coroutine<@Nullable Void, Integer, Integer> catching() {
    return Coroutine.of(
        c -> {
          try {
            log.add("ran");
            c.yield(1);
            return 1;
          } catch (GeneratorExit e) {
            return 42;
          }
        });
  }

  @Ports("test_generators.GeneratorCloseTest.test_close_return_value")
  @Ports("test_generators.GeneratorCloseTest.test_close_closed")
  @Test
  void shouldKeepTheReturnValueWhenTheBodyReturnsOnClose() {
    var coroutine = catching();
    coroutine.next();
    coroutine.close();
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.RETURNED);
    assertThat(coroutine.result()).isEqualTo(42);
    coroutine.close();
    assertThat(coroutine.result()).isEqualTo(42);
  }

  @Ports("test_generators.GeneratorCloseTest.test_close_not_catching_exit")
  @Test
  void shouldHaveNoResultWhenTheBodyLetsTheExitPass() {
    Coroutine<@Nullable Void, Integer, Integer> coroutine =
        Coroutine.of(
            c -> {
              c.yield(1);
              return 0;
            });
    coroutine.next();
    coroutine.close();
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.CLOSED);
    assertThatThrownBy(coroutine::result)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("no result: coroutine=Coroutine[closed]");
    assertThatThrownBy(coroutine::next).isInstanceOf(StopIteration.class);
  }

  @Ports("test_generators.GeneratorCloseTest.test_close_not_started")
  @Test
  void shouldNeverRunTheBodyWhenClosedBeforeTheStart() {
    var coroutine = catching();
    coroutine.close();
    assertThat(log).isEmpty();
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.CLOSED);
    assertThatThrownBy(coroutine::next).isInstanceOf(StopIteration.class);

    Generator<Integer> generator = Generator.of(y -> log.add("ran"));
    generator.close();
    assertThat(generator.hasNext()).isFalse();
    assertThat(log).isEmpty();
  }

  @Ports("test_generators.GeneratorCloseTest.test_close_exhausted")
  @Test
  void shouldDoNothingWhenClosedAfterTheEnd() {
    var coroutine = catching();
    coroutine.next();
    assertThatThrownBy(coroutine::next).isInstanceOf(StopIteration.class);
    coroutine.close();
    assertThat(coroutine.result()).isEqualTo(1);
  }

  @Ports("test_generators.GeneratorCloseTest.test_close_raises")
  @Test
  void shouldThrowWhatTheBodyThrowsOnClose() {
    var failure = new IllegalArgumentException();
    Generator<Integer> generator =
        Generator.of(
            y -> {
              try {
                y.yield(1);
              } catch (GeneratorExit e) {
                throw failure;
              }
            });
    generator.next();
    assertThatThrownBy(generator::close).isSameAs(failure);
    assertThat(generator.isDone()).isTrue();
    generator.close();
  }

  @Test
  void shouldRunEveryFinallyInnermostFirst() {
    Generator<Integer> generator =
        Generator.of(
            y -> {
              try {
                try {
                  y.yield(1);
                } finally {
                  log.add("inner");
                }
              } catch (Exception e) {
                log.add("GeneratorExit is no Exception");
              } finally {
                log.add("outer");
              }
            });
    generator.next();
    generator.close();
    assertThat(log).containsExactly("inner", "outer");
    assertThat(generator.toString()).isEqualTo("Generator[closed]");
  }

  @Test
  void shouldFailWhenTheBodyYieldsAgainAfterClose() {
    Generator<Integer> generator =
        Generator.of(
            y -> {
              try {
                y.yield(1);
              } catch (GeneratorExit e) {
                y.yield(2);
              }
            });
    generator.next();
    assertThatThrownBy(generator::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("body ignored GeneratorExit")
        .hasMessageContaining("CloseTest.java");
    assertThat(generator.isDone()).isFalse();
    generator.close();
    assertThat(generator.isDone()).isTrue();
  }

  @Test
  void shouldDropAFetchedElementWhenClosed() {
    Generator<Integer> generator =
        Generator.of(
            y -> {
              y.yield(1);
              y.yield(2);
            });
    assertThat(generator.hasNext()).isTrue();
    generator.close();
    assertThat(generator.hasNext()).isFalse();
  }

  @Test
  void shouldReportAResourceThatFailsToClose() {
    var failure = new IllegalArgumentException("resource");
    Generator<Integer> generator =
        Generator.of(
            y -> {
              AutoCloseable resource =
                  () -> {
                    throw failure;
                  };
              try (var held = resource) {
                log.add(held);
                y.yield(1);
              }
            });
    generator.next();
    assertThatThrownBy(generator::close).isSameAs(failure);
  }

  @Ports("test_yield_from.TestPEP380Operation.test_throwing_GeneratorExit_into_subgen_that_raises")
  @Test
  void shouldRaiseTheFailureOfADelegateInTheBodyThatDelegates() {
    var failure = new IllegalArgumentException("vorpal");
    Generator<Integer> inner =
        Generator.of(
            y -> {
              try {
                y.yield(1);
              } finally {
                throwIt(failure);
              }
            });
    Generator<Integer> outer =
        Generator.of(
            y -> {
              try {
                y.yieldFrom(inner);
              } catch (IllegalArgumentException e) {
                log.add(e);
              }
            });
    outer.next();
    outer.close();
    assertThat(log).containsExactly(failure);
  }

  private static void throwIt(RuntimeException failure) {
    throw failure;
  }
}
