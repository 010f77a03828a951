package dev.treadle.coroutines;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CollectableTest {
  private final List<WeakReference<?>> weak = new ArrayList<>();

  private boolean allCollected() {
    for (int i = 0; i < 100; i++) {
      System.gc();
      if (weak.stream().allMatch(reference -> reference.refersTo(null))) {
        return true;
      }
    }
    return false;
  }

  private Generator<Integer> holding(Object local) {
    return Generator.of(
        y -> {
          y.yield(1);
          y.yield(local.hashCode());
        });
  }

  // CPython's test_generators.FinalizationTest, without the finalization: like any Java object it
  // goes quietly, and its finally blocks with it.
  @Test
  void shouldBeCollectedWithItsLocalsWhenAbandonedHalfWay() {
    for (int i = 0; i < 10; i++) {
      var local = new Object();
      var generator = holding(local);
      var outer = Generator.<Integer>of(y -> y.yieldFrom(generator));
      outer.next();
      weak.add(new WeakReference<>(local));
      weak.add(new WeakReference<>(generator));
      weak.add(new WeakReference<>(outer));
    }
    assertThat(allCollected()).isTrue();
  }

  // CPython's test_generators.FinalizationTest.test_refcycle
  @Test
  void shouldBeCollectedWhenItHoldsItself() {
    Coroutine<@Nullable Object, Integer, @Nullable Object> coroutine =
        Coroutine.of(
            c -> {
              Object self = c.yield(1);
              c.yield(2);
              return self;
            });
    coroutine.next();
    coroutine.send(coroutine);
    weak.add(new WeakReference<>(coroutine));
    coroutine = Coroutine.of(c -> null);
    assertThat(allCollected()).isTrue();
    assertThat(coroutine.isDone()).isFalse();
  }

  // CPython's test_generators.GeneratorCloseTest.test_close_releases_frame_locals
  @Test
  void shouldReleaseItsLocalsWhenClosedOrEnded() {
    var closed = holding(remember(new Object()));
    closed.next();
    closed.close();
    var ended = holding(remember(new Object()));
    ended.forEachRemaining(n -> {});
    var unstarted = holding(remember(new Object()));
    unstarted.close();
    assertThat(allCollected()).isTrue();
    Reference.reachabilityFence(List.of(closed, ended, unstarted));
  }

  private Object remember(Object local) {
    weak.add(new WeakReference<>(local));
    return local;
  }

  @Test
  void shouldNotHoldTheElementsItYielded() {
    Generator<Object> generator =
        Generator.of(
            y -> {
              y.yield(remember(new Object()));
              y.yield(remember(new Object()));
              y.yieldFrom(Generator.of(z -> z.yield(remember(new Object()))));
              y.yield("last");
            });
    for (int i = 0; i < 3; i++) {
      assertThat(generator.next()).isNotNull();
    }
    assertThat(generator.next()).isEqualTo("last");
    assertThat(allCollected()).isTrue();
    assertThat(generator.hasNext()).isFalse();
  }

  @Test
  void shouldNotHoldTheTaskThatSteppedIt() {
    Generator<Integer> generator = holding("local");
    var task = new MiniTask("a", generator::next).run();
    weak.add(new WeakReference<>(task));
    assertThat(task.isDone()).isTrue();
    task = new MiniTask("b", () -> {});
    assertThat(allCollected()).isTrue();
    assertThat(task.isDone()).isFalse();
    assertThat(generator.isDone()).isFalse();
  }
}
