package dev.treadle.coroutines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.treadle.conformance.Ports;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** After CPython's {@code test_yield_from.TestInterestingEdgeCases}. */
class YieldFromEdgeTest {
  private static final class CheckedException extends Exception {
    private static final long serialVersionUID = 1;
  }

  private static Coroutine<@Nullable Void, Integer, String> outer(
      Coroutine<@Nullable Void, Integer, String> inner) {
    var outer = Coroutine.<@Nullable Void, Integer, String>of(c -> c.yieldFrom(inner));
    assertThat(outer.next()).isEqualTo(1);
    return outer;
  }

  private static Coroutine<@Nullable Void, Integer, String> returning() {
    return outer(
        Coroutine.of(
            c -> {
              try {
                c.yield(1);
                c.yield(2);
                return "not reached";
              } catch (Throwable t) {
                return "returned";
              }
            }));
  }

  @Ports("test_yield_from.TestInterestingEdgeCases.test_close_and_throw_return")
  // Close
  @Test
  void shouldBeClosedWhenTheInnerReturnsOnClose() {
    var outer = returning();
    outer.close();
    assertThatThrownBy(outer::next).isInstanceOf(StopIteration.class);
    assertThat(outer.state()).isEqualTo(Coroutine.State.CLOSED);
  }

  @Ports("test_yield_from.TestInterestingEdgeCases.test_close_and_throw_return")
  // Throw GeneratorExit
  @Test
  void shouldThrowTheExitItselfWhenTheInnerReturns() {
    var outer = returning();
    var exit = new GeneratorExit();
    assertThatThrownBy(() -> outer.throwInto(exit)).isSameAs(exit).hasNoCause();
    assertThatThrownBy(outer::next).isInstanceOf(StopIteration.class);
  }

  @Ports("test_yield_from.TestInterestingEdgeCases.test_close_and_throw_return")
  // Throw StopIteration, BaseException, Exception
  @TestFactory
  Stream<DynamicTest> shouldReturnTheInnersValueWhenThrown() {
    return Stream.of(new StopIteration(null), new Error(), new CheckedException())
        .map(
            thrown ->
                DynamicTest.dynamicTest(
                    thrown.getClass().getSimpleName(),
                    () -> {
                      var outer = returning();
                      var stop =
                          catchThrowableOfType(StopIteration.class, () -> outer.throwInto(thrown));
                      assertThat(stop.value()).isEqualTo("returned");
                      assertThat(stop).hasNoCause();
                      var again = catchThrowableOfType(StopIteration.class, outer::next);
                      assertThat(again.value()).isNull();
                    }));
  }

  private static Coroutine<@Nullable Void, Integer, String> raising(RuntimeException raised) {
    return outer(
        Coroutine.of(
            c -> {
              try {
                c.yield(1);
                return "not reached";
              } catch (Throwable t) {
                throw raised;
              }
            }));
  }

  @Ports("test_yield_from.TestInterestingEdgeCases.test_close_and_throw_raise_exception")
  @Test
  void shouldThrowWhatTheInnerRaises() {
    var raised = new IllegalArgumentException();
    assertThatThrownBy(raising(raised)::close).isSameAs(raised);
    var exited = raising(raised);
    assertThatThrownBy(() -> exited.throwInto(new GeneratorExit())).isSameAs(raised);
    var thrown = raising(raised);
    assertThatThrownBy(() -> thrown.throwInto(new Error())).isSameAs(raised);
  }

  @Ports("test_yield_from.TestInterestingEdgeCases.test_close_and_throw_raise_stop_iteration")
  @Test
  void shouldFailWhenTheInnerRaisesStopIteration() {
    var raised = new StopIteration(null);
    assertThatThrownBy(raising(raised)::close)
        .isInstanceOf(IllegalStateException.class)
        .cause()
        .isSameAs(raised);
    var thrown = raising(raised);
    assertThatThrownBy(() -> thrown.throwInto(new Error()))
        .isInstanceOf(IllegalStateException.class)
        .cause()
        .isSameAs(raised);
  }

  @Ports("test_yield_from.TestInterestingEdgeCases.test_close_and_throw_work")
  // Throw StopIteration
  @Test
  void shouldFailWhenAThrownStopIterationLeaks() {
    var inner =
        Coroutine.<@Nullable Void, Integer, String>of(
            c -> {
              c.yield(1);
              return "not reached";
            });
    var outer = outer(inner);
    var thrown = new StopIteration(null);
    assertThatThrownBy(() -> outer.throwInto(thrown))
        .isInstanceOf(IllegalStateException.class)
        .cause()
        .isSameAs(thrown);
  }

  @Ports(
      value = "test_generators.GeneratorThrowTest.test_exception_context_with_yield_from",
      differs = "Java has no implicit context: the handler adds what it saw itself")
  @Test
  void shouldLetTheHandlerAroundADelegationNoteItsOwnFailure() {
    var first = new IllegalArgumentException("first");
    var thrown = new IllegalStateException("thrown");
    var inner =
        Coroutine.<@Nullable Void, Integer, String>of(
            c -> {
              c.yield(1);
              return "not reached";
            });
    var coroutine =
        Coroutine.<@Nullable Void, Integer, String>of(
            c -> {
              try {
                throw first;
              } catch (IllegalArgumentException e) {
                try {
                  return c.yieldFrom(inner);
                } catch (IllegalStateException t) {
                  t.addSuppressed(e);
                  throw t;
                }
              }
            });
    coroutine.next();
    assertThatThrownBy(() -> coroutine.throwInto(thrown)).isSameAs(thrown);
    assertThat(thrown.getSuppressed()).contains(first);
  }
}
