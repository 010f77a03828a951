package dev.treadle.coroutines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScopedValueTest {
  private static final ScopedValue<String> NAME = ScopedValue.newInstance();
  private static final ScopedValue<String> OTHER = ScopedValue.newInstance();

  private static String name() {
    return NAME.orElse("unbound");
  }

  @Test
  void shouldHaveTheBindingsOfTheCodeThatCreatedIt() {
    Generator<String> generator =
        ScopedValue.where(NAME, "creator")
            .call(
                () ->
                    Generator.of(
                        y -> {
                          y.yield(name());
                          y.yield(name());
                        }));
    assertThat(generator.next()).isEqualTo("creator");
    ScopedValue.where(NAME, "stepper")
        .run(
            () -> {
              assertThat(name()).isEqualTo("stepper");
              assertThat(generator.next()).isEqualTo("creator");
              assertThat(name()).isEqualTo("stepper");
            });
    assertThat(name()).isEqualTo("unbound");
  }

  @Test
  void shouldKeepBindingsApartWhenNestedAroundYieldsAndCollected() {
    List<Generator<String>> generators = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String id = "g" + i;
      generators.add(
          ScopedValue.where(OTHER, id)
              .call(
                  () ->
                      Generator.of(
                          y -> {
                            y.yield(name() + " " + OTHER.get());
                            ScopedValue.where(NAME, id + "-a")
                                .call(
                                    () -> {
                                      y.yield(name() + " " + OTHER.get());
                                      ScopedValue.where(NAME, id + "-b")
                                          .run(() -> y.yield(name() + " " + OTHER.get()));
                                      y.yield(name() + " " + OTHER.get());
                                      return id;
                                    });
                            y.yield(name() + " " + OTHER.get());
                          })));
    }
    List<String> suffixes = List.of("unbound", "-a", "-b", "-a", "unbound");
    ScopedValue.where(NAME, "stepper")
        .run(
            () -> {
              for (String suffix : suffixes) {
                System.gc();
                for (int i = 0; i < generators.size(); i++) {
                  String name = suffix.startsWith("-") ? "g" + i + suffix : suffix;
                  assertThat(generators.get(i).next()).isEqualTo(name + " g" + i);
                  assertThat(name()).isEqualTo("stepper");
                  assertThat(OTHER.isBound()).isFalse();
                }
              }
            });
    assertThat(NAME.isBound()).isFalse();
  }

  @Test
  void shouldRestoreTheCallersBindingsWhenTheBodyFailsOrIsClosed() {
    Generator<String> failing =
        Generator.of(
            y ->
                ScopedValue.where(NAME, "body")
                    .run(
                        () -> {
                          y.yield(name());
                          throw new IllegalArgumentException(name());
                        }));
    Generator<String> closed =
        Generator.of(y -> ScopedValue.where(NAME, "body").run(() -> y.yield(name())));
    ScopedValue.where(NAME, "stepper")
        .run(
            () -> {
              assertThat(failing.next()).isEqualTo("body");
              assertThat(closed.next()).isEqualTo("body");
              assertThat(name()).isEqualTo("stepper");
              assertThatThrownBy(failing::next).hasMessage("body");
              assertThat(name()).isEqualTo("stepper");
              closed.close();
              assertThat(name()).isEqualTo("stepper");
            });
  }

  @Test
  void shouldKeepBindingsOfTaskAndGeneratorApartWhenTheBodyAwaits() {
    List<String> log = new ArrayList<>();
    Generator<String> generator =
        ScopedValue.where(NAME, "generator")
            .call(
                () ->
                    Generator.of(
                        y -> {
                          MiniTask.await();
                          y.yield(name());
                        }));
    var task =
        ScopedValue.where(NAME, "task")
            .call(
                () ->
                    new MiniTask(
                        "a",
                        () -> {
                          log.add(name());
                          log.add(generator.next());
                          log.add(name());
                        }));
    task.run();
    assertThat(name()).isEqualTo("unbound");
    ScopedValue.where(NAME, "resumer").run(task::run);
    assertThat(task.failure()).isNull();
    assertThat(log).containsExactly("task", "generator", "task");
    assertThat(name()).isEqualTo("unbound");
  }
}
