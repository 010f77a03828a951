package dev.treadle.coroutines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GeneratorInTaskTest {
  private final List<Object> log = new ArrayList<>();

  private Generator<Integer> awaiting() {
    return Generator.of(
        y -> {
          y.yield(1);
          log.add("awaits");
          MiniTask.await();
          log.add("awaited");
          y.yield(2);
        });
  }

  @Test
  void shouldSuspendTheTaskWithTheGeneratorWhenTheBodyAwaits() {
    Generator<Integer> generator = awaiting();
    var task = new MiniTask("a", () -> generator.forEachRemaining(log::add)).run();
    assertThat(task.isDone()).isFalse();
    assertThat(log).containsExactly(1, "awaits");
    assertThat(generator.toString()).isEqualTo("Generator[running, by task 'a']");
    task.run();
    assertThat(log).containsExactly(1, "awaits", "awaited", 2);
    assertThat(task.isDone()).isTrue();
    assertThat(task.failure()).isNull();
  }

  @Test
  void shouldAwaitInANestedAndInADelegatedGenerator() {
    Generator<Integer> nested = Generator.of(y -> awaiting().forEachRemaining(y::yield));
    Generator<Integer> outer = Generator.of(y -> y.yieldFrom(nested));
    var task = new MiniTask("a", () -> outer.forEachRemaining(log::add)).run();
    assertThat(log).containsExactly(1, "awaits");
    assertThat(outer.toString()).isEqualTo("Generator[running, by task 'a']");
    task.run();
    assertThat(log).containsExactly(1, "awaits", "awaited", 2);
    assertThat(task.isDone()).isTrue();
  }

  @Test
  void shouldRefuseAnotherTaskWhileTheBodyAwaits() {
    Generator<Integer> generator = awaiting();
    generator.next();
    var first = new MiniTask("fetch-1", () -> log.add(generator.next())).run();
    var second = new MiniTask("fetch-2", generator::next).run();
    assertThat(second.failure())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "cannot step: already running, by task 'fetch-1': kind=Generator;"
                + " step it from one task or thread at a time, and not from its own body");
    var closer = new MiniTask("closer", generator::close).run();
    assertThat(closer.failure()).hasMessageContaining("already running, by task 'fetch-1'");
    first.run();
    assertThat(log).containsExactly("awaits", "awaited", 2);
    var third = new MiniTask("third", () -> log.add(generator.hasNext())).run();
    assertThat(third.failure()).isNull();
    assertThat(log).endsWith(false);
  }

  @Test
  void shouldRefuseAnotherTaskThatDelegatesWhileTheBodyAwaits() {
    Generator<Integer> shared = awaiting();
    shared.next();
    Generator<Integer> outer = Generator.of(y -> y.yieldFrom(shared));
    var first = new MiniTask("first", shared::next).run();
    assertThatThrownBy(outer::next).hasMessageContaining("already running, by task 'first'");
    assertThat(outer.isDone()).isTrue();
    first.run();
    assertThat(first.failure()).isNull();
  }

  @Test
  void shouldBeSteppedByOneTaskAfterAnother() {
    Generator<Integer> generator = Generator.of(y -> y.yieldFrom(List.of(1, 2)));
    new MiniTask("a", () -> log.add(generator.next())).run();
    new MiniTask("b", () -> log.add(generator.next())).run();
    assertThat(log).containsExactly(1, 2);
  }

  @Test
  void shouldRefuseAYieldFromATaskNestedInTheBody() {
    Generator<Integer> generator =
        Generator.of(
            y -> {
              var nested = new MiniTask("nested", () -> y.yield(1)).run();
              log.add(nested.isDone());
              throw new AssertionError(nested.failure());
            });
    var task = new MiniTask("outer", generator::next).run();
    assertThat(log).containsExactly(true);
    assertThat(task.failure())
        .cause()
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("yield from outside its own body: ")
        .hasMessageContaining("caller=task 'nested'");
  }

  // PEP 789: a yield inside a cancel scope would leave the scope open in the task that steps.
  @Test
  void shouldRefuseAYieldInsideAScopeTheBodyOpened() {
    List<MiniTask> self = new ArrayList<>();
    Generator<Integer> generator =
        Generator.of(
            y -> {
              y.yield(1);
              self.getFirst().enter("timeout");
              try {
                y.yield(2);
              } catch (IllegalStateException e) {
                log.add(String.valueOf(e.getMessage()));
              }
              try {
                y.yieldFrom(Generator.<Integer>of(z -> z.yield(3)));
              } catch (IllegalStateException e) {
                log.add("refused");
              } finally {
                self.getFirst().enter("outer");
              }
              y.yield(4);
            });
    self.add(
        new MiniTask(
            "a",
            () -> {
              self.getFirst().enter("outer");
              generator.forEachRemaining(log::add);
            }));
    self.getFirst().run();
    assertThat(self.getFirst().failure()).isNull();
    assertThat(log)
        .containsExactly(
            1,
            "cannot yield inside a cancel scope or group: scope=timeout task=task 'a'"
                + " kind=Generator; leave the scope before yielding, or put it around the code"
                + " that steps",
            "refused",
            4);
  }

  @Test
  void shouldAllowAScopeThatChangesBetweenSteps() {
    Coroutine<@Nullable Void, Integer, @Nullable Void> coroutine =
        Coroutine.of(
            c -> {
              c.yield(1);
              c.yield(2);
              return null;
            });
    List<MiniTask> self = new ArrayList<>();
    self.add(
        new MiniTask(
            "a",
            () -> {
              log.add(coroutine.next());
              self.getFirst().enter("timeout");
              log.add(coroutine.next());
            }));
    self.getFirst().run();
    assertThat(log).containsExactly(1, 2);
  }
}
