package dev.treadle.reactor;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.reactor.Reactive.carry;
import static dev.treadle.reactor.Reactive.context;
import static dev.treadle.reactor.Reactive.flux;
import static dev.treadle.reactor.Reactive.iterate;
import static dev.treadle.reactor.Reactive.mono;
import static dev.treadle.reactor.Reactive.withContext;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.Loop;
import dev.treadle.Treadle;
import dev.treadle.Virtually;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

/** What goes along between tasks and publishers. */
@Timeout(60)
class ContextTest {
  private static final ScopedValue<String> USER = ScopedValue.newInstance();

  private static Mono<String> asks(String key) {
    return Mono.deferContextual(
        view -> Mono.just(view.hasKey(key) ? view.<String>get(key) : "none"));
  }

  @Test
  void shouldShowTheSubscribersContextToTheBodyAndItsChildren() {
    try (Loop loop = Loop.start("loop")) {
      Flux<String> source =
          flux(
              loop,
              out -> {
                out.emit(out.context().get("user"));
                out.emit(context().get("user"));
                out.emit(await(spawn(() -> context().get("user"))));
              });
      StepVerifier.create(source.contextWrite(Context.of("user", "ann")))
          .expectNext("ann", "ann", "ann")
          .verifyComplete();
      StepVerifier.create(
              mono(loop, () -> context().get("user")).contextWrite(Context.of("user", "bob")))
          .expectNext("bob")
          .verifyComplete();
      assertThat(context().isEmpty()).isTrue();
    }
  }

  @Test
  void shouldSubscribeWithTheContextOfTheTask() {
    Virtually.run(
        () -> {
          assertThat(await(asks("user"))).isEqualTo("none");
          withContext(
              Context.of("user", "ann"),
              () -> {
                assertThat(await(asks("user"))).isEqualTo("ann");
                assertThat(iterate(asks("user")).next()).isEqualTo("ann");
                withContext(
                    Context.of("tenant", "x"),
                    () -> {
                      assertThat(await(asks("user"))).isEqualTo("ann");
                      assertThat(await(asks("tenant"))).isEqualTo("x");
                      return null;
                    });
                // Through a body in the middle, and back.
                assertThat(await(mono(() -> await(asks("user"))))).isEqualTo("ann");
                return null;
              });
          assertThat(await(asks("user"))).isEqualTo("none");
        });
  }

  @Test
  void shouldSubscribeWithTheContextWhenAThreadAwaits() {
    String user = withContext(Context.of("user", "ann"), () -> await(asks("user")));
    assertThat(user).isEqualTo("ann");
  }

  @Test
  void shouldHaveTheBindingsOfWhereThePublisherWasMade() {
    try (Loop loop = Loop.start("loop")) {
      Flux<String> source =
          ScopedValue.where(USER, "ann").call(() -> flux(loop, out -> out.emit(USER.get())));
      Mono<String> lazy = ScopedValue.where(USER, "ann").call(() -> mono(loop, USER::get));
      StepVerifier.create(source).expectNext("ann").verifyComplete();
      ScopedValue.where(USER, "bob")
          .run(
              () -> {
                StepVerifier.create(source).expectNext("ann").verifyComplete();
                StepVerifier.create(lazy).expectNext("ann").verifyComplete();
              });
    }
  }

  @Test
  void shouldCarryAScopedValueInBothDirections() {
    Disposable carried = carry("user", USER);
    try {
      Virtually.run(
          () ->
              ScopedValue.where(USER, "ann")
                  .run(
                      () -> {
                        assertThat(await(asks("user"))).isEqualTo("ann");
                        assertThat(iterate(asks("user")).next()).isEqualTo("ann");
                        // A newer binding wins over the context it is inside of.
                        Mono<String> inner =
                            mono(
                                () ->
                                    ScopedValue.where(USER, "bob")
                                        .call(() -> await(asks("user")) + " in " + USER.get()));
                        assertThat(await(inner.contextWrite(Context.of("user", "eve"))))
                            .isEqualTo("bob in bob");
                      }));
      Virtually.run(
          () -> {
            Mono<String> body = mono(USER::get);
            assertThat(await(body.contextWrite(Context.of("user", "ann")))).isEqualTo("ann");
            withContext(
                Context.of("user", "ann"),
                () -> {
                  assertThat(USER.get()).isEqualTo("ann");
                  return null;
                });
          });
      assertThatIllegalStateException()
          .isThrownBy(() -> carry("user", ScopedValue.newInstance()))
          .withMessage(
              "carry() of a key that is taken: key=user; dispose of the other, or use another");
    } finally {
      carried.dispose();
    }
    Virtually.run(
        () ->
            ScopedValue.where(USER, "ann")
                .run(() -> assertThat(await(asks("user"))).isEqualTo("none")));
  }

  @Test
  void shouldBeTakenAlongByReactorsContextCapture() {
    Disposable carried = carry("user", USER);
    try {
      String seen =
          Treadle.run(
              () ->
                  ScopedValue.where(USER, "ann")
                      .call(
                          () -> {
                            StringBuilder got = new StringBuilder();
                            asks("user").contextCapture().subscribe(got::append);
                            return got.toString();
                          }));
      assertThat(seen).isEqualTo("ann");
    } finally {
      carried.dispose();
    }
  }
}
