package dev.treadle.coroutines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.conformance.Ports;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** PEP 380, after CPython's {@code test_yield_from.TestPEP380Operation}. */
class YieldFromTest {
  private final List<@Nullable Object> log = new ArrayList<>();

  private Coroutine<@Nullable Integer, String, @Nullable String> spam() {
    return Coroutine.of(
        c -> {
          try {
            log.add("start inner");
            log.add("inner got " + c.yield("spam"));
            log.add("inner got " + c.yield("more spam"));
            log.add("end inner");
            return "inner value";
          } finally {
            log.add("finally inner");
          }
        });
  }

  private Coroutine<@Nullable Integer, String, @Nullable String> ham() {
    return Coroutine.of(
        c -> {
          try {
            log.add("start outer");
            log.add("outer got " + c.yield("ham"));
            log.add(c.yieldFrom(spam()));
            log.add("outer got " + c.yield("eggs"));
            return "outer value";
          } finally {
            log.add("finally outer");
          }
        });
  }

  @Ports("test_yield_from.TestPEP380Operation.test_delegation_of_send")
  @Test
  void shouldDelegateSend() {
    var outer = ham();
    assertThat(outer.next()).isEqualTo("ham");
    assertThat(outer.send(1)).isEqualTo("spam");
    assertThat(outer.send(2)).isEqualTo("more spam");
    assertThat(outer.send(3)).isEqualTo("eggs");
    assertThatThrownBy(() -> outer.send(4)).isInstanceOf(StopIteration.class);
    assertThat(outer.result()).isEqualTo("outer value");
    assertThat(log)
        .containsExactly(
            "start outer",
            "outer got 1",
            "start inner",
            "inner got 2",
            "inner got 3",
            "end inner",
            "finally inner",
            "inner value",
            "outer got 4",
            "finally outer");
  }

  @Ports("test_yield_from.TestPEP380Operation.test_handling_exception_while_delegating_send")
  @Test
  void shouldRaiseInTheOuterBodyWhenTheInnerFailsOnSend() {
    var failure = new IllegalArgumentException("eels");
    var inner =
        Coroutine.<@Nullable Integer, String, String>of(
            c -> {
              log.add("inner got " + c.yield("spam"));
              throw failure;
            });
    var outer =
        Coroutine.<@Nullable Integer, String, String>of(
            c -> {
              try {
                return c.yieldFrom(inner);
              } catch (IllegalArgumentException e) {
                log.add(e);
                throw e;
              }
            });
    outer.next();
    assertThatThrownBy(() -> outer.send(2)).isSameAs(failure);
    assertThat(log).containsExactly("inner got 2", failure);
    assertThat(outer.isDone()).isTrue();
  }

  @Ports("test_yield_from.TestPEP380Operation.test_delegating_throw")
  @Test
  void shouldDelegateThrow() {
    var outer = ham();
    outer.next();
    assertThat(outer.next()).isEqualTo("spam");
    var thrown = new IllegalArgumentException("tomato");
    assertThatThrownBy(() -> outer.throwInto(thrown)).isSameAs(thrown);
    assertThat(log)
        .containsExactly(
            "start outer", "outer got null", "start inner", "finally inner", "finally outer");
  }

  @Ports("test_yield_from.TestPEP380Operation.test_delegating_throw_to_non_generator")
  @Test
  void shouldRaiseAtTheYieldFromWhenThrownIntoAnIterable() {
    var outer =
        Coroutine.<@Nullable Integer, Integer, @Nullable Void>of(
            c -> {
              try {
                c.yieldFrom(List.of(1, 2, 3));
              } finally {
                log.add("finally");
              }
              return null;
            });
    outer.next();
    var thrown = new IllegalArgumentException("tomato");
    assertThatThrownBy(() -> outer.throwInto(thrown)).isSameAs(thrown);
    assertThat(log).containsExactly("finally");
  }

  @Ports("test_yield_from.TestPEP380Operation.test_delegating_close")
  @Test
  void shouldDelegateClose() {
    var outer = ham();
    outer.next();
    outer.next();
    outer.close();
    assertThat(outer.state()).isEqualTo(Coroutine.State.CLOSED);
    assertThat(log)
        .containsExactly(
            "start outer", "outer got null", "start inner", "finally inner", "finally outer");
  }

  @Ports("test_yield_from.TestPEP380Operation.test_generator_return_value")
  @Test
  void shouldGiveTheReturnValueOfTheInner() {
    var signal = new StopIteration(3);
    var outer =
        Coroutine.<@Nullable Integer, String, @Nullable Void>of(
            c -> {
              for (Object value : Arrays.asList(null, 1, List.of(2), signal)) {
                log.add(
                    c.yieldFrom(
                        Coroutine.<@Nullable Integer, String, @Nullable Object>of(
                            d -> {
                              d.yield("spam");
                              return value;
                            })));
              }
              return null;
            });
    for (int i = 0; i < 4; i++) {
      assertThat(outer.next()).isEqualTo("spam");
    }
    assertThatThrownBy(outer::next).isInstanceOf(StopIteration.class);
    assertThat(log).isEqualTo(Arrays.asList(null, 1, List.of(2), signal));
  }

  @Ports("test_yield_from.TestPEP380Operation.test_attempting_to_send_to_non_generator")
  @Test
  void shouldFailInTheBodyWhenSentToAnIterable() {
    var outer =
        Coroutine.<@Nullable Integer, Integer, @Nullable Void>of(
            c -> {
              try {
                c.yieldFrom(List.of(0, 1, 2));
              } finally {
                log.add("finally");
              }
              return null;
            });
    assertThat(outer.next()).isZero();
    assertThatThrownBy(() -> outer.send(42))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("cannot send to an iterator")
        .hasMessageContaining("value=42");
    assertThat(log).containsExactly("finally");
  }

  @Test
  void shouldFailInTheBodyWhenSentToAGenerator() {
    Generator<Integer> generator = Generator.of(y -> y.yieldFrom(List.of(0, 1, 2)));
    var outer =
        Coroutine.<@Nullable Integer, Integer, @Nullable Void>of(
            c -> {
              try {
                c.yieldFrom(generator);
              } catch (IllegalStateException e) {
                log.add(e.getMessage());
                c.yield(99);
              }
              return null;
            });
    assertThat(outer.next()).isZero();
    assertThat(outer.next()).isEqualTo(1);
    assertThat(outer.send(42)).isEqualTo(99);
    assertThat(log.toString()).contains("cannot send to a generator: value=42");
    assertThat(generator.next()).isEqualTo(2);
  }

  @Ports("test_yield_from.TestPEP380Operation.test_attempted_yield_from_loop")
  @Test
  void shouldRefuseALoopOfDelegation() {
    List<Coroutine<@Nullable Integer, String, @Nullable Void>> first = new ArrayList<>();
    var second =
        Coroutine.<@Nullable Integer, String, @Nullable Void>of(
            c -> {
              c.yield("y2");
              log.add("about to loop");
              return c.yieldFrom(first.getFirst());
            });
    first.add(
        Coroutine.of(
            c -> {
              c.yield("y1");
              return c.yieldFrom(second);
            }));
    assertThat(first.getFirst().next()).isEqualTo("y1");
    assertThat(first.getFirst().next()).isEqualTo("y2");
    assertThatThrownBy(() -> first.getFirst().next())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("cannot step: already running, by thread 'main'");
    assertThat(log).containsExactly("about to loop");
  }

  @Ports("test_yield_from.TestPEP380Operation.test_returning_value_from_delegated_throw")
  @Test
  void shouldYieldFromTheHandlerOfADelegatedThrow() {
    class LunchException extends RuntimeException {
      private static final long serialVersionUID = 1;
    }
    var inner =
        Coroutine.<@Nullable Integer, String, @Nullable Void>of(
            c -> {
              try {
                c.yield("spam");
              } catch (LunchException e) {
                c.yield("lunch saved");
                c.yield("yet more spam");
              }
              return null;
            });
    var outer =
        Coroutine.<@Nullable Integer, String, @Nullable Void>of(
            c -> {
              c.yieldFrom(inner);
              c.yield("eggs");
              return null;
            });
    assertThat(outer.next()).isEqualTo("spam");
    assertThat(outer.throwInto(new LunchException())).isEqualTo("lunch saved");
    assertThat(outer.next()).isEqualTo("yet more spam");
    assertThat(outer.next()).isEqualTo("eggs");
    assertThatThrownBy(outer::next).isInstanceOf(StopIteration.class);
  }

  @Ports("test_yield_from.TestPEP380Operation.test_throwing_GeneratorExit_into_subgen_that_returns")
  @Test
  void shouldRaiseTheThrownExitInTheOuterWhenTheInnerReturns() {
    var inner =
        Coroutine.<@Nullable Integer, String, @Nullable Void>of(
            c -> {
              try {
                c.yield("spam");
              } catch (GeneratorExit e) {
                log.add("inner closed");
              }
              return null;
            });
    var outer =
        Coroutine.<@Nullable Integer, String, @Nullable Void>of(
            c -> {
              c.yieldFrom(inner);
              log.add("not reached");
              return null;
            });
    outer.next();
    var exit = new GeneratorExit();
    assertThatThrownBy(() -> outer.throwInto(exit)).isSameAs(exit);
    assertThat(log).containsExactly("inner closed");
  }

  @Ports(
      "test_yield_from.TestPEP380Operation.test_throwing_GeneratorExit_into_subgenerator_that_yields")
  @Test
  void shouldFailWhenTheInnerIgnoresTheExit() {
    var inner =
        Coroutine.<@Nullable Integer, String, @Nullable Void>of(
            c -> {
              try {
                c.yield("spam");
              } catch (GeneratorExit e) {
                c.yield("ignored");
              }
              return null;
            });
    var outer =
        Coroutine.<@Nullable Integer, String, @Nullable Void>of(
            c -> {
              c.yieldFrom(inner);
              log.add("not reached");
              return null;
            });
    outer.next();
    assertThatThrownBy(() -> outer.throwInto(new GeneratorExit()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("body ignored GeneratorExit");
    assertThat(log).isEmpty();
    assertThat(outer.isDone()).isTrue();
    assertThat(inner.isDone()).isFalse();
  }

  @Ports("test_yield_from.TestPEP380Operation.test_delegating_generators_claim_to_be_running")
  // Iteration, send and throw
  @Test
  void shouldCountAsRunningWhileADelegateRuns() {
    List<Coroutine<@Nullable Integer, Integer, @Nullable Void>> one = new ArrayList<>();
    var two =
        Coroutine.<@Nullable Integer, Integer, @Nullable Void>of(
            c -> {
              c.yield(1);
              log.add(one.getFirst().state());
              try {
                c.yieldFrom(one.getFirst());
              } catch (IllegalStateException e) {
                log.add("refused");
              }
              try {
                one.getFirst().next();
              } catch (IllegalStateException e) {
                log.add("refused");
              }
              try {
                one.getFirst().close();
              } catch (IllegalStateException e) {
                log.add("refused");
              }
              c.yield(2);
              return null;
            });
    one.add(
        Coroutine.of(
            c -> {
              c.yield(0);
              c.yieldFrom(two);
              c.yield(3);
              return null;
            }));
    var outer = one.getFirst();
    assertThat(List.of(outer.next(), outer.send(42), outer.send(42), outer.send(42)))
        .containsExactly(0, 1, 2, 3);
    assertThat(log).containsExactly(Coroutine.State.RUNNING, "refused", "refused", "refused");
  }

  @Ports("test_yield_from.TestPEP380Operation.test_delegating_generators_claim_to_be_running")
  // Close
  @Test
  void shouldCountAsRunningWhileItClosesAnIterator() {
    List<Generator<Integer>> outer = new ArrayList<>();
    class Forever implements Iterator<Integer>, AutoCloseable {
      @Override
      public boolean hasNext() {
        return true;
      }

      @Override
      public Integer next() {
        return 42;
      }

      @Override
      public void close() {
        assertThatThrownBy(() -> outer.getFirst().next())
            .hasMessageContaining("already running, by thread");
        log.add("closed");
      }
    }
    outer.add(Generator.of(y -> y.yieldFrom(Forever::new)));
    outer.getFirst().next();
    outer.getFirst().close();
    assertThat(log).containsExactly("closed");
  }

  @Test
  void shouldGiveTheResultWhenTheInnerHadReturnedBefore() {
    var inner = Coroutine.<@Nullable Integer, String, String>of(c -> "early");
    assertThatThrownBy(inner::next).isInstanceOf(StopIteration.class);
    var outer = Coroutine.<@Nullable Integer, String, String>of(c -> c.yieldFrom(inner));
    assertThatThrownBy(outer::next).isInstanceOf(StopIteration.class);
    assertThat(outer.result()).isEqualTo("early");
  }

  @Test
  void shouldFailInTheBodyWhenTheInnerWasClosedByAnother() {
    var inner = spam();
    var outer = Coroutine.<@Nullable Integer, String, @Nullable String>of(c -> c.yieldFrom(inner));
    outer.next();
    inner.close();
    assertThatThrownBy(outer::next)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("no result: coroutine=Coroutine[closed]");
  }
}
