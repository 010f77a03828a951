package dev.treadle.testing;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.testing.Samples.assertPasses;
import static dev.treadle.testing.Samples.failureOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Loop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AllowancesTest {
  @Test
  void shouldNeedThoseOfTheFirstUse() throws Exception {
    String output = ChildJvm.run(ChildJvm.BLOCK_HOUND, ChildFirstUse.class);

    assertThat(output)
        .contains(
            used(Allowances.LOOP_START),
            used(Allowances.JUL_INIT),
            used(Allowances.RANDOM_SEED),
            "java.lang.Exception: logged")
        .doesNotContain("blocking call");
  }

  @Test
  void shouldNeedThatOfTheConsoleWhenSomethingWasLoggedBeforeTheGuard() throws Exception {
    String output = ChildJvm.run(ChildJvm.BLOCK_HOUND, ChildFirstUse.class, "log-first");

    assertThat(output)
        .contains(
            used(Allowances.JUL_CONSOLE),
            "java.lang.Exception: logged",
            "used reactor.util.Loggers$ConsoleLogger.error",
            "java.lang.Exception: dropped")
        .doesNotContain("blocking call");
  }

  private static String used(Allowance allowance) {
    return "used " + allowance.className() + "." + allowance.method();
  }

  @Test
  void shouldNeedThatOfTheHandOverWhenAnExecutorsQueueIsContended() {
    assertPasses(Cases.class, "handsOverToAContendedQueue");

    assertThat(BlockingGuard.usedAllowances()).contains(Allowances.EXECUTOR_HAND_OVER);
  }

  @Test
  void shouldPassInsideAnAllowedMethodAndKeepTheOtherTasksGuarded() {
    BlockingGuard.builder().allow(Cases.class, "allowed", "to see it allowed").install();

    assertPasses(Cases.class, "blocksInAllowed");
    // Where BlockHound's own flag would have stayed up: the method suspends in the middle.
    Throwable failure = failureOf(Cases.class, "blocksWhileAllowedSuspends");
    assertThat(failure).isInstanceOf(BlockingCallError.class);
    assertThat(((BlockingCallError) failure).violation().task()).isEqualTo("other");
    assertThat(failure.getSuppressed()).noneMatch(BlockingCallError.class::isInstance);
  }

  /** BlockHound's FalseNegativesTest. */
  @Test
  void shouldPassWhenAClassLoaderBlocks() {
    assertPasses(Cases.class, "loadsClass");
  }

  /** BlockHound's StaticInitTest. */
  @Test
  void shouldFailInAStaticInitializerUnlessAllowed() {
    BlockingGuard.builder()
        .allow(AllowedInit.class.getName(), "<clinit>", "to see it allowed")
        .install();

    assertPasses(Cases.class, "initializesAllowed");
    Throwable failure = failureOf(Cases.class, "initializesRefused");
    assertThat(failure).isInstanceOf(BlockingCallError.class);
    assertThat(((BlockingCallError) failure).violation().path())
        .extracting(StackTraceElement::getMethodName)
        .startsWith("block", "<clinit>", "initializesRefused");
  }

  @Test
  void shouldRefuseAnAllowanceWithoutAReason() {
    assertThatThrownBy(() -> BlockingGuard.builder().allow("a.B", "c", " "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an allowance without a reason: method=a.B.c; say why it may block the loop");
  }

  @Test
  void shouldGiveEachBuiltInAllowanceAReason() {
    assertThat(BlockingGuard.allowances())
        .contains(
            Allowances.LOOP_START,
            Allowances.JUL_INIT,
            Allowances.JUL_CONSOLE,
            Allowances.RANDOM_SEED,
            Allowances.EXECUTOR_HAND_OVER)
        .containsAll(Allowances.REACTOR_CONSOLE)
        .allSatisfy(allowance -> assertThat(allowance.reason()).isNotBlank());
  }

  static class RefusedInit {
    static final List<String> VALUES = block();
  }

  static class AllowedInit {
    static final List<String> VALUES = block();
  }

  private static List<String> block() {
    try {
      Thread.sleep(1);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return List.of("slept");
  }

  static class Cases {
    @TreadleTest
    void initializesRefused() {
      assertThat(RefusedInit.VALUES).containsExactly("slept");
    }

    @TreadleTest
    void initializesAllowed() {
      assertThat(AllowedInit.VALUES).containsExactly("slept");
    }

    @TreadleTest
    void loadsClass() throws ClassNotFoundException {
      ClassLoader slow =
          new ClassLoader() {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) {
              block();
              return Cases.class;
            }
          };
      assertThat(slow.loadClass("does.not.Exist")).isEqualTo(Cases.class);
    }

    @TreadleTest
    void blocksInAllowed() {
      allowed(Duration.ZERO);
    }

    @TreadleTest
    void blocksWhileAllowedSuspends() {
      var allowed = spawn("allowed", () -> allowed(Duration.ofSeconds(2)));
      var other =
          spawn(
              "other",
              () -> {
                sleep(Duration.ofSeconds(1));
                block();
              });
      await(allowed);
      await(other);
    }

    private static void allowed(Duration pause) {
      block();
      sleep(pause);
      block();
    }

    @TreadleTest(deadlockAfterMillis = 60_000)
    void handsOverToAContendedQueue(Loop loop) {
      LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
      ThreadPoolExecutor pool = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, queue);
      CountDownLatch locked = new CountDownLatch(1);
      CountDownLatch release = new CountDownLatch(1);
      CountDownLatch done = new CountDownLatch(1);
      pool.execute(() -> awaitUninterrupted(release));
      pool.execute(() -> {});
      // contains() holds the queue's locks while it compares.
      Object holds =
          new Object() {
            @Override
            public boolean equals(@Nullable Object other) {
              locked.countDown();
              while (loop.thread().getState() != Thread.State.WAITING && release.getCount() > 0) {
                Thread.onSpinWait();
              }
              return false;
            }

            @Override
            public int hashCode() {
              return 0;
            }
          };
      var holder = CompletableFuture.supplyAsync(() -> queue.contains(holds));
      try {
        while (locked.getCount() > 0) {
          // Until the lock is held; a spin the guard does not see.
        }
        pool.execute(done::countDown);
      } finally {
        release.countDown();
        pool.shutdown();
      }
      assertThat(await(holder)).isFalse();
      await(CompletableFuture.runAsync(() -> awaitUninterrupted(done)));
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
