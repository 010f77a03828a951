package dev.treadle.coroutines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GeneratorTest {
  private final List<String> log = new ArrayList<>();

  private static List<Object> drain(Generator<?> generator) {
    List<Object> all = new ArrayList<>();
    generator.forEachRemaining(all::add);
    return all;
  }

  private static Generator<Integer> count(int to) {
    return Generator.of(
        y -> {
          for (int i = 0; i < to; i++) {
            y.yield(i);
          }
        });
  }

  @Test
  void shouldYieldInOrderWhenLooped() {
    try (var words =
        Generator.<String>of(
            y -> {
              y.yield("Hello");
              y.yield("World");
            })) {
      for (String word : words) {
        log.add(word);
      }
    }
    assertThat(log).containsExactly("Hello", "World");
  }

  @Test
  void shouldRunNothingUntilSteppedAndOnlyAsFarAsAsked() {
    Generator<Integer> generator =
        Generator.of(
            y -> {
              log.add("start");
              y.yield(1);
              log.add("between");
              y.yield(2);
              log.add("end");
            });
    assertThat(log).isEmpty();
    assertThat(generator.next()).isEqualTo(1);
    assertThat(log).containsExactly("start");
    assertThat(generator.hasNext()).isTrue();
    assertThat(generator.hasNext()).isTrue();
    assertThat(log).containsExactly("start", "between");
    assertThat(generator.isDone()).isFalse();
    assertThat(generator.next()).isEqualTo(2);
    assertThat(generator.hasNext()).isFalse();
    assertThat(log).containsExactly("start", "between", "end");
    assertThat(generator.isDone()).isTrue();
    assertThatThrownBy(generator::next)
        .isInstanceOf(NoSuchElementException.class)
        .hasMessageContaining("Generator[returned]");
  }

  @Test
  void shouldBeItsOwnIteratorAndOneShot() {
    Generator<Integer> generator = count(3);
    assertThat(generator.iterator()).isSameAs(generator);
    assertThat(drain(generator)).containsExactly(0, 1, 2);
    assertThat(drain(generator)).isEmpty();
  }

  @Test
  void shouldCarryNullsWhenTheTypeAllowsThem() {
    Generator<@Nullable String> generator =
        Generator.of(
            y -> {
              y.yield(null);
              y.yield("a");
              y.yield(null);
            });
    assertThat(drain(generator)).isEqualTo(Arrays.asList(null, "a", null));
  }

  @Test
  void shouldTakeLazilyFromAnInfiniteStream() {
    Generator<Long> fibonacci =
        Generator.of(
            y -> {
              try {
                long a = 0;
                long b = 1;
                while (true) {
                  y.yield(a);
                  long next = a + b;
                  a = b;
                  b = next;
                }
              } finally {
                log.add("closed");
              }
            });
    try (Stream<Long> stream = fibonacci.stream()) {
      assertThat(stream.filter(n -> n % 2 == 0).limit(5).toList())
          .containsExactly(0L, 2L, 8L, 34L, 144L);
      assertThat(log).isEmpty();
    }
    assertThat(log).containsExactly("closed");
    assertThat(fibonacci.isDone()).isTrue();
  }

  @Test
  void shouldRethrowUncheckedFailureAsItselfAndThenBeDone() {
    var failure = new IllegalArgumentException("no");
    Generator<Integer> generator =
        Generator.of(
            y -> {
              y.yield(1);
              throw failure;
            });
    assertThat(generator.next()).isEqualTo(1);
    assertThatThrownBy(generator::hasNext).isSameAs(failure);
    assertThat(generator.hasNext()).isFalse();
    assertThat(generator.isDone()).isTrue();
    assertThat(generator.toString()).isEqualTo("Generator[failed: " + failure + "]");
    generator.close();
  }

  @Test
  void shouldWrapCheckedFailureOnceWhenItPassesSeveralBodies() {
    var failure = new IOException("disk");
    Generator<Integer> inner =
        Generator.of(
            y -> {
              throw failure;
            });
    Generator<Integer> middle = Generator.of(y -> inner.forEach(y::yield));
    Generator<Integer> outer = Generator.of(y -> y.yieldFrom(middle));
    assertThatThrownBy(outer::next)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(failure);
  }

  @Test
  void shouldRestoreTheInterruptWhenTheBodyWasInterrupted() {
    Generator<Integer> generator =
        Generator.of(
            y -> {
              throw new InterruptedException();
            });
    assertThatThrownBy(generator::next).hasCauseInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void shouldYieldFromIterablesGeneratorsAndCoroutines() {
    Generator<Object> generator =
        Generator.of(
            y -> {
              y.yieldFrom(List.of("a", "b"));
              y.yieldFrom(count(2));
              y.yieldFrom(List.of());
              y.yieldFrom(count(0));
              String result =
                  y.yieldFrom(
                      Coroutine.<@Nullable Object, Integer, String>of(
                          c -> {
                            c.yield(7);
                            return "done";
                          }));
              y.yield(result);
            });
    assertThat(drain(generator)).containsExactly("a", "b", 0, 1, 7, "done");
  }

  @Test
  void shouldKeepAnElementThatWasFetchedBeforeDelegation() {
    Generator<Integer> inner = count(3);
    assertThat(inner.hasNext()).isTrue();
    Generator<Integer> outer = Generator.of(y -> y.yieldFrom(inner));
    assertThat(outer.next()).isZero();
    assertThat(inner.hasNext()).isTrue();
    assertThat(outer.next()).isEqualTo(1);
    assertThat(inner.next()).isEqualTo(2);
    assertThat(outer.hasNext()).isFalse();
  }

  @Test
  void shouldTakeTurnsWhenTwoDelegateToTheSameGenerator() {
    Generator<Integer> shared = count(4);
    Generator<Integer> a = Generator.of(y -> y.yieldFrom(shared));
    Generator<Integer> b =
        Generator.of(
            y -> {
              y.yieldFrom(shared);
              y.yield(99);
            });
    assertThat(List.of(a.next(), b.next(), a.next(), b.next())).containsExactly(0, 1, 2, 3);
    assertThat(a.hasNext()).isFalse();
    assertThat(b.next()).isEqualTo(99);
    assertThat(b.hasNext()).isFalse();
  }

  private static Generator<Integer> inorder(int low, int high) {
    return Generator.of(
        y -> {
          if (low < high) {
            int middle = (low + high) >>> 1;
            y.yieldFrom(inorder(low, middle));
            y.yield(middle);
            y.yieldFrom(inorder(middle + 1, high));
          }
        });
  }

  // CPython's test_generators.pep_tests: the binary tree.
  @Test
  void shouldWalkATreeWhenDelegationRecurses() {
    assertThat(inorder(0, 1000).stream())
        .containsExactlyElementsOf(IntStream.range(0, 1000).boxed().toList());
  }

  private static Generator<Integer> nested(int depth) {
    return Generator.of(
        y -> {
          if (depth > 0) {
            y.yieldFrom(nested(depth - 1));
          } else {
            y.yield(1);
            y.yield(2);
          }
        });
  }

  @Test
  void shouldNeedNoDeepStackWhenDelegationIsVeryDeep() {
    Generator<Integer> deep = nested(20_000);
    assertThat(deep.next()).isEqualTo(1);
    assertThat(deep.next()).isEqualTo(2);
    assertThat(deep.hasNext()).isFalse();

    Generator<Integer> closed = nested(20_000);
    assertThat(closed.next()).isEqualTo(1);
    closed.close();
    assertThat(closed.isDone()).isTrue();
  }

  @Test
  void shouldCloseTheIteratorItIteratesWhenClosed() {
    class Source implements Iterator<Integer>, AutoCloseable {
      @Override
      public boolean hasNext() {
        return true;
      }

      @Override
      public Integer next() {
        return 1;
      }

      @Override
      public void close() {
        log.add("source closed");
      }
    }
    Generator<Integer> generator = Generator.of(y -> y.yieldFrom(Source::new));
    assertThat(generator.next()).isEqualTo(1);
    generator.close();
    assertThat(log).containsExactly("source closed");
  }

  @Test
  void shouldRunNestedGeneratorsIndependently() {
    Generator<String> pairs =
        Generator.of(
            y -> {
              for (int a : count(2)) {
                for (int b : count(2)) {
                  y.yield(a + "" + b);
                }
              }
            });
    assertThat(drain(pairs)).containsExactly("00", "01", "10", "11");
  }
}
