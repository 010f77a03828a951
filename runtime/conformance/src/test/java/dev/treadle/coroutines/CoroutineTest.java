package dev.treadle.coroutines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.treadle.conformance.Ports;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CoroutineTest {
  private final List<Object> log = new ArrayList<>();

  private static @Nullable Object valueOf(StopIteration stop) {
    return stop.value();
  }

  private static StopIteration stopOf(Runnable step) {
    return catchThrowableOfType(StopIteration.class, step::run);
  }

  @Test
  void shouldAverageWhatItIsSent() {
    var average =
        Coroutine.<Double, @Nullable Double, Void>of(
            c -> {
              double sum = 0;
              int n = 0;
              Double out = null;
              while (true) {
                sum += c.yield(out);
                out = sum / ++n;
              }
            });
    assertThat(average.next()).isNull();
    assertThat(average.send(10.0)).isEqualTo(10.0);
    assertThat(average.send(20.0)).isEqualTo(15.0);
    average.close();
    assertThat(average.isDone()).isTrue();
  }

  @Test
  void shouldWalkItsStatesWhenItRunsToTheEnd() {
    List<Coroutine<?, ?, ?>> self = new ArrayList<>();
    var coroutine =
        Coroutine.<String, Integer, String>of(
            c -> {
              log.add(self.getFirst().state());
              return "got " + c.yield(1);
            });
    self.add(coroutine);
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.CREATED);
    assertThat(coroutine).hasToString("Coroutine[not started]");
    assertThatThrownBy(coroutine::result)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no result: coroutine=Coroutine[not started];");
    assertThat(coroutine.next()).isEqualTo(1);
    assertThat(log).containsExactly(Coroutine.State.RUNNING);
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.SUSPENDED);
    assertThat(coroutine.isDone()).isFalse();
    assertThat(valueOf(stopOf(() -> coroutine.send("x")))).isEqualTo("got x");
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.RETURNED);
    assertThat(coroutine.isDone()).isTrue();
    assertThat(coroutine.result()).isEqualTo("got x");
    assertThat(valueOf(stopOf(coroutine::next))).isNull();
    coroutine.close();
    assertThat(coroutine.result()).isEqualTo("got x");
  }

  @Ports("test_generators.GeneratorTest.test_send_non_none_to_new_gen")
  @Test
  void shouldRefuseAValueWhenNotStarted() {
    var coroutine =
        Coroutine.<@Nullable Integer, Integer, @Nullable Void>of(
            c -> {
              c.yield(1);
              return null;
            });
    assertThatThrownBy(() -> coroutine.send(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "cannot send to a body that has not started: value=0 kind=Coroutine;"
                + " call next() first, to run it to its first yield");
    assertThat(coroutine.send(null)).isEqualTo(1);
  }

  @Ports("test_generators.ExceptionTest.test_except_throw")
  @Test
  void shouldRaiseTheVeryExceptionAndKeepItAcrossYields() {
    var thrown = new IllegalArgumentException("thrown");
    var coroutine =
        Coroutine.<@Nullable Void, Integer, @Nullable Void>of(
            c -> {
              try {
                c.yield(1);
              } catch (IllegalArgumentException e) {
                log.add(e);
                c.yield(2);
                log.add(e);
                c.yield(3);
                throw e;
              }
              return null;
            });
    assertThat(coroutine.next()).isEqualTo(1);
    assertThat(coroutine.throwInto(thrown)).isEqualTo(2);
    assertThat(coroutine.next()).isEqualTo(3);
    assertThatThrownBy(coroutine::next).isSameAs(thrown).hasNoCause().hasNoSuppressedExceptions();
    assertThat(log).containsExactly(thrown, thrown);
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.FAILED);
    assertThatThrownBy(coroutine::result)
        .isInstanceOf(IllegalStateException.class)
        .cause()
        .isSameAs(thrown);
    assertThat(valueOf(stopOf(coroutine::next))).isNull();
  }

  @Ports("test_generators.ExceptionTest.test_except_gen_except")
  @Test
  void shouldKeepHandlersApartWhenCallerAndBodyBothHandle() {
    var coroutine =
        Coroutine.<@Nullable Void, String, @Nullable Void>of(
            c -> {
              try {
                c.yield("first");
                throw new IllegalStateException("body's own");
              } catch (IllegalStateException e) {
                c.yield(String.valueOf(e.getMessage()));
              }
              c.yield("done");
              return null;
            });
    assertThat(coroutine.next()).isEqualTo("first");
    try {
      throw new IllegalArgumentException("caller's");
    } catch (IllegalArgumentException e) {
      assertThat(coroutine.next()).isEqualTo("body's own");
      assertThat(e).hasMessage("caller's").hasNoSuppressedExceptions();
    }
    assertThat(coroutine.next()).isEqualTo("done");
  }

  @Ports("test_generators.ExceptionTest.test_return_stopiteration")
  @Test
  void shouldReturnAnExceptionAsAValue() {
    var coroutine = Coroutine.<Object, Integer, Object>of(c -> c.yield(1));
    assertThat(coroutine.next()).isEqualTo(1);
    var sent = new StopIteration(2);
    assertThat(valueOf(stopOf(() -> coroutine.send(sent)))).isSameAs(sent);
    assertThat(coroutine.result()).isSameAs(sent);
    assertThat(valueOf(sent)).isEqualTo(2);
  }

  @Ports("test_generator_stop.TestPEP479.test_stopiteration_wrapping")
  @Test
  void shouldFailWhenAStopIterationLeaks() {
    var ended = Coroutine.<@Nullable Void, Integer, String>of(c -> "over");
    var coroutine =
        Coroutine.<@Nullable Void, Integer, @Nullable Void>of(
            c -> {
              c.yield(ended.next());
              return null;
            });
    assertThatThrownBy(coroutine::next)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("body raised StopIteration: kind=Coroutine; end the body by returning")
        .cause()
        .isInstanceOf(StopIteration.class);
    assertThat(valueOf(stopOf(coroutine::next))).isNull();

    Generator<Integer> generator = Generator.of(y -> y.yield(ended.next()));
    assertThatThrownBy(generator::hasNext)
        .isInstanceOf(IllegalStateException.class)
        .hasCauseInstanceOf(StopIteration.class);
  }

  @Test
  void shouldFailWithoutRunningWhenThrownIntoBeforeTheStart() {
    var coroutine =
        Coroutine.<@Nullable Void, Integer, @Nullable Void>of(
            c -> {
              log.add("ran");
              return null;
            });
    var thrown = new IllegalArgumentException();
    assertThatThrownBy(() -> coroutine.throwInto(thrown)).isSameAs(thrown);
    assertThat(log).isEmpty();
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.FAILED);
    assertThatThrownBy(() -> coroutine.throwInto(thrown)).isSameAs(thrown);
  }

  @Test
  void shouldRaiseACheckedExceptionAsItselfAndWrapItOnceOnTheWayOut() {
    var thrown = new IOException("disk");
    var coroutine =
        Coroutine.<@Nullable Void, Integer, @Nullable Void>of(
            c -> {
              try {
                c.yield(1);
              } catch (Exception e) {
                log.add(e);
                throw e;
              }
              return null;
            });
    coroutine.next();
    assertThatThrownBy(() -> coroutine.throwInto(thrown))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(thrown);
    assertThat(log).containsExactly(thrown);
  }

  @Test
  void shouldCarryTheValueInTheStopIteration() {
    assertThat(new StopIteration(null))
        .hasMessage("the coroutine has ended: value=null; check isDone() before stepping it");
    assertThat(new StopIteration("spam").getStackTrace()).isEmpty();
  }
}
