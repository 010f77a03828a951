package dev.treadle.coroutines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A generator is stepped, and yields, from one place at a time. */
class RunningTest {
  private final List<@Nullable Object> log = new ArrayList<>();

  // CPython's test_generators.pep_tests: "generator already executing"
  @Test
  void shouldRefuseToBeSteppedFromItsOwnBody() {
    List<Generator<Integer>> self = new ArrayList<>();
    self.add(Generator.of(y -> y.yield(self.getFirst().next())));
    assertThatThrownBy(() -> self.getFirst().next())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("cannot step: already running, by thread '");
  }

  @Test
  void shouldRefuseToBeClosedFromItsOwnBody() {
    List<Generator<Integer>> self = new ArrayList<>();
    self.add(
        Generator.of(
            y -> {
              try {
                self.getFirst().close();
              } catch (IllegalStateException e) {
                log.add(e.getMessage());
              }
              y.yield(1);
            }));
    assertThat(self.getFirst().next()).isEqualTo(1);
    assertThat(log.toString()).contains("already running");
  }

  @Test
  void shouldRefuseAYieldThroughTheFrameOfAnotherGenerator() {
    Generator<Integer> outer =
        Generator.of(
            y -> {
              Generator<Integer> inner =
                  Generator.of(
                      z -> {
                        try {
                          y.yield(-1);
                        } catch (IllegalStateException e) {
                          log.add(e.getMessage());
                        }
                        z.yield(1);
                      });
              y.yield(inner.next());
            });
    assertThat(outer.next()).isEqualTo(1);
    assertThat(log.toString()).contains("yield from outside its own body: yielder=Generator[");
    assertThat(outer.hasNext()).isFalse();
  }

  @Test
  void shouldRefuseAYieldThroughTheFrameOfADelegate() {
    Generator<Integer> outer =
        Generator.of(
            y ->
                y.yieldFrom(
                    Generator.<Integer>of(
                        z -> {
                          try {
                            y.yield(-1);
                          } catch (IllegalStateException e) {
                            log.add("refused");
                          }
                          z.yield(1);
                        })));
    assertThat(outer.next()).isEqualTo(1);
    assertThat(log).containsExactly("refused");
  }

  @Test
  void shouldRefuseAYieldFromNoBodyAtAll() {
    List<Generator.Yielder<Integer>> leaked = new ArrayList<>();
    Generator<Integer> generator =
        Generator.of(
            y -> {
              leaked.add(y);
              y.yield(1);
            });
    generator.next();
    assertThatThrownBy(() -> leaked.getFirst().yield(2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("yield from outside its own body: yielder=Generator[suspended at ")
        .hasMessageContaining("caller=thread '");
    assertThatThrownBy(() -> leaked.getFirst().yieldFrom(generator))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("yield from outside its own body");
  }

  @Test
  void shouldRefuseAYieldFromAnotherThread() {
    Generator<Integer> generator =
        Generator.of(
            y -> {
              Thread helper =
                  Thread.ofPlatform()
                      .start(
                          () -> {
                            try {
                              y.yield(-1);
                            } catch (IllegalStateException e) {
                              log.add(e.getMessage());
                            }
                          });
              helper.join();
              y.yield(1);
            });
    assertThat(generator.next()).isEqualTo(1);
    assertThat(log.toString()).contains("yield from outside its own body");
  }

  @Test
  void shouldRefuseAStepFromAnotherThreadWhileItRuns() {
    List<Generator<Integer>> self = new ArrayList<>();
    self.add(
        Generator.of(
            y -> {
              Thread helper =
                  Thread.ofPlatform()
                      .start(
                          () -> {
                            try {
                              self.getFirst().next();
                            } catch (IllegalStateException e) {
                              log.add(e.getMessage());
                            }
                          });
              helper.join();
              y.yield(1);
            }));
    assertThat(self.getFirst().next()).isEqualTo(1);
    assertThat(log.toString())
        .contains("already running, by thread '" + Thread.currentThread().getName() + "'");
  }
}
