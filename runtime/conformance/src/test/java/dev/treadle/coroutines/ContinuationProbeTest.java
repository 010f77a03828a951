package dev.treadle.coroutines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.ChildProgram;
import dev.treadle.conformance.Ports;
import java.lang.StackWalker.StackFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import jdk.internal.vm.Continuation;
import jdk.internal.vm.ContinuationScope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What Treadle needs of this JDK's continuations, asked of them directly. */
class ContinuationProbeTest {
  private static final ContinuationScope OUTER = new ContinuationScope("outer");
  private static final ContinuationScope INNER = new ContinuationScope("inner");

  private final List<Object> log = new ArrayList<>();

  private static List<String> methods(Continuation continuation, ContinuationScope scope) {
    return continuation
        .stackWalker(Set.of(), scope)
        .walk(frames -> frames.map(StackFrame::getMethodName).toList());
  }

  private static int sum(int rounds) {
    int sum = 0;
    for (int round = 1; round <= rounds; round++) {
      sum += suspended(round);
    }
    return sum;
  }

  private static int suspended(int value) {
    assertThat(Continuation.yield(OUTER)).isTrue();
    return deep(40, value);
  }

  private static int deep(int depth, int value) {
    return depth == 0 ? value : deep(depth - 1, value);
  }

  @Ports("OpenJDK.Continuation.Basic")
  @Test
  void shouldKeepTheFramesAcrossYieldsAndCollections() {
    Continuation continuation = new Continuation(OUTER, () -> log.add(sum(19)));
    assertThat(methods(continuation, OUTER)).isEmpty();
    int runs = 0;
    while (!continuation.isDone()) {
      continuation.run();
      runs++;
      if (runs % 5 == 0) {
        System.gc();
      }
      List<String> frames = methods(continuation, OUTER);
      if (continuation.isDone()) {
        assertThat(frames).isEmpty();
      } else {
        assertThat(frames).containsSubsequence("suspended", "sum");
      }
    }
    assertThat(runs).isEqualTo(20);
    assertThat(log).containsExactly(190);
    assertThatThrownBy(continuation::run).isInstanceOf(IllegalStateException.class);
  }

  @Ports("OpenJDK.Continuation.Basic")
  @Test
  void shouldThrowOutOfRunWhenTheBodyDoesAfterAYield() {
    IllegalArgumentException failure = new IllegalArgumentException("of the body");
    Continuation continuation =
        new Continuation(
            OUTER,
            () -> {
              Continuation.yield(OUTER);
              throw failure;
            });
    continuation.run();
    assertThatThrownBy(continuation::run).isSameAs(failure);
    assertThat(continuation.isDone()).isTrue();
  }

  /** Notes the reason and lets yield return false. */
  private final class Pinnable extends Continuation {
    Pinnable(Runnable body) {
      super(OUTER, body);
    }

    @Override
    protected void onPinned(Pinned reason) {
      log.add(reason);
    }
  }

  @Ports("OpenJDK.Continuation.Basic")
  @Test
  void shouldSayThatAMonitorPinsUnderLockingMode1() {
    Continuation continuation =
        new Pinnable(
            () -> {
              synchronized (log) {
                log.add(Continuation.yield(OUTER));
              }
              log.add(Continuation.yield(OUTER));
            });
    continuation.run();
    assertThat(log).containsExactly(Continuation.Pinned.MONITOR, false);
    assertThat(continuation.isDone()).isFalse();
    continuation.run();
    assertThat(log).endsWith(true);
    assertThat(continuation.isDone()).isTrue();
  }

  @Ports("OpenJDK.Continuation.Basic")
  @Test
  void shouldSayThatACriticalSectionPins() {
    Continuation continuation =
        new Pinnable(
            () -> {
              Continuation.pin();
              try {
                log.add(Continuation.isPinned(OUTER));
                log.add(Continuation.yield(OUTER));
              } finally {
                Continuation.unpin();
              }
              log.add(Continuation.isPinned(OUTER));
            });
    continuation.run();
    assertThat(log).containsExactly(true, Continuation.Pinned.CRITICAL_SECTION, false, false);
    assertThat(continuation.isDone()).isTrue();
  }

  private static @Nullable Runnable inInitializer;

  private static final class Initialized {
    static final boolean DONE;

    static {
      if (inInitializer != null) {
        inInitializer.run();
      }
      DONE = true;
    }
  }

  @Ports("OpenJDK.Continuation.Basic")
  @Test
  void shouldSayThatANativeFramePins() {
    inInitializer = () -> log.add(Continuation.yield(OUTER));
    Continuation continuation = new Pinnable(() -> log.add(Initialized.DONE));
    continuation.run();
    assertThat(log).containsExactly(Continuation.Pinned.NATIVE, false, true);
  }

  @Ports("OpenJDK.Continuation.Basic")
  @Test
  void shouldNotPinInAMonitorWithTheJdksOwnLockingMode() throws Exception {
    assertThat(ChildProgram.run(HoldsAMonitor.class, "-XX:LockingMode=2"))
        .containsExactly("yielded in a monitor: true");
  }

  static final class HoldsAMonitor {
    public static void main(String[] arguments) {
      Continuation continuation =
          new Continuation(
              OUTER,
              () -> {
                synchronized (OUTER) {
                  System.out.println("yielded in a monitor: " + Continuation.yield(OUTER));
                }
              });
      continuation.run();
      continuation.run();
    }
  }

  private void inner() {
    Continuation nested =
        new Continuation(
            INNER,
            () -> {
              log.add("before");
              Continuation.yield(OUTER);
              log.add("after");
              Continuation.yield(INNER);
              log.add("end");
            });
    nested.run();
    log.add("inner " + nested.isDone());
    nested.run();
    log.add("inner " + nested.isDone());
  }

  @Ports("OpenJDK.Continuation.Scoped")
  @Test
  void shouldSuspendTheOuterFromWithinTheInner() {
    Continuation outer = new Continuation(OUTER, this::inner);
    outer.run();
    assertThat(log).containsExactly("before");
    assertThat(methods(outer, OUTER)).containsSubsequence("run", "inner");
    assertThat(methods(outer, INNER)).isNotEmpty().doesNotContain("inner");
    outer.run();
    assertThat(outer.isDone()).isTrue();
    assertThat(log).containsExactly("before", "after", "inner false", "end", "inner true");
  }

  @Ports("OpenJDK.Continuation.Scoped")
  @Test
  void shouldRefuseAYieldToAScopeThatIsNotThere() {
    Continuation continuation =
        new Continuation(
            INNER,
            () -> {
              try {
                Continuation.yield(OUTER);
              } catch (IllegalStateException e) {
                log.add("refused");
              }
            });
    continuation.run();
    assertThat(log).containsExactly("refused");
  }
}
