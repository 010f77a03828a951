package dev.treadle.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Loop;
import dev.treadle.coroutines.Generator;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.SkipException;

/**
 * The Reactive Streams Technology Compatibility Kit on every publisher that Treadle makes. Its
 * tests are written for TestNG; here each becomes a test of JUnit's, so that it counts and fails as
 * any other. Those it calls "untested" have no content and are left out.
 */
class PublisherTckTest {
  /** For a busy machine: what should happen is waited for, what should not is waited out. */
  private static final long TIMEOUT_MILLIS = 5_000;

  private static final long NO_SIGNALS_MILLIS = 50;
  private static final long POLL_MILLIS = 5;

  private static final Loop LOOP = Loop.start("tck");

  @AfterAll
  static void closeLoop() {
    LOOP.close();
  }

  @TestFactory
  Stream<DynamicTest> fluxOfATask() {
    return tests(
        Long.MAX_VALUE - 1,
        count ->
            Reactive.flux(
                LOOP,
                out -> {
                  for (long n = 0; n < count; n++) {
                    out.emit(n);
                  }
                }),
        () ->
            Reactive.flux(
                LOOP,
                out -> {
                  throw new IllegalStateException("fails at once");
                }));
  }

  @TestFactory
  Stream<DynamicTest> fluxOfAGenerator() {
    return tests(
        Long.MAX_VALUE - 1,
        count -> Reactive.fromGenerator(LOOP, () -> counting(count)),
        () ->
            Reactive.fromGenerator(
                LOOP,
                () -> {
                  throw new IllegalStateException("makes none");
                }));
  }

  @TestFactory
  Stream<DynamicTest> lazyMono() {
    return tests(
        1,
        count -> Reactive.mono(LOOP, () -> count == 0 ? null : count),
        () ->
            Reactive.mono(
                LOOP,
                () -> {
                  throw new IllegalStateException("fails at once");
                }));
  }

  @TestFactory
  Stream<DynamicTest> monoOfATask() {
    return tests(
        1,
        count -> LOOP.submit("tck", () -> count).toMono(),
        () ->
            LOOP.<Long>submit(
                    "tck",
                    () -> {
                      throw new IllegalStateException("fails at once");
                    })
                .toMono());
  }

  /** The kit does run here: it finds fault with a publisher that emits without a request. */
  @Test
  void shouldFailForAPublisherThatBreaksTheRules() {
    List<Throwable> failures = new ArrayList<>();
    Stream<DynamicTest> tests =
        tests(
            1,
            count ->
                subscriber -> {
                  subscriber.onSubscribe(new Deaf());
                  subscriber.onNext(count);
                  subscriber.onNext(count);
                  subscriber.onComplete();
                },
            () -> null);
    tests
        .filter(test -> test.getDisplayName().startsWith("required_spec1"))
        .forEach(
            test -> {
              try {
                test.getExecutable().execute();
              } catch (TestAbortedException skipped) {
                // Not applicable to one element.
              } catch (Throwable failure) {
                failures.add(failure);
              }
            });
    assertThat(failures).isNotEmpty();
  }

  private static final class Deaf implements Subscription {
    @Override
    public void request(long n) {}

    @Override
    public void cancel() {}
  }

  private static Generator<Long> counting(long count) {
    return Generator.of(
        y -> {
          for (long n = 0; n < count; n++) {
            y.yield(n);
          }
        });
  }

  private static Stream<DynamicTest> tests(
      long most,
      LongFunction<Publisher<Long>> publisher,
      Supplier<@Nullable Publisher<Long>> failed) {
    return Stream.of(PublisherVerification.class.getMethods())
        .filter(method -> method.isAnnotationPresent(org.testng.annotations.Test.class))
        .filter(method -> !method.getName().startsWith("untested_"))
        .sorted(Comparator.comparing(Method::getName))
        .map(
            method ->
                DynamicTest.dynamicTest(
                    method.getName(),
                    () -> run(method, new Verification(most, publisher, failed))));
  }

  private static void run(Method test, Verification verification) throws Throwable {
    verification.setUp();
    try {
      test.invoke(verification);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof SkipException skipped) {
        throw new TestAbortedException(String.valueOf(skipped.getMessage()));
      }
      throw e.getCause();
    }
  }

  private static final class Verification extends PublisherVerification<Long> {
    private final long most;
    private final LongFunction<Publisher<Long>> publisher;
    private final Supplier<@Nullable Publisher<Long>> failed;

    Verification(
        long most,
        LongFunction<Publisher<Long>> publisher,
        Supplier<@Nullable Publisher<Long>> failed) {
      super(new TestEnvironment(TIMEOUT_MILLIS, NO_SIGNALS_MILLIS, POLL_MILLIS));
      this.most = most;
      this.publisher = publisher;
      this.failed = failed;
    }

    @Override
    public long maxElementsFromPublisher() {
      return most;
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
      return publisher.apply(elements);
    }

    @Override
    public @Nullable Publisher<Long> createFailedPublisher() {
      return failed.get();
    }
  }
}
