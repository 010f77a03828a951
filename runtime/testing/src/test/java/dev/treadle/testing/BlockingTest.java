package dev.treadle.testing;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.testing.Samples.assertPasses;
import static dev.treadle.testing.Samples.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Loop;
import dev.treadle.Treadle;
import dev.treadle.coroutines.Generator;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BlockingTest {
  @Test
  void shouldNameTaskCallLineAndRemedyWhenATaskSleeps() {
    Throwable failure = failureOf(Calls.class, "sleeps");

    assertThat(failure).isInstanceOf(BlockingCallError.class);
    assertThat(String.valueOf(failure.getMessage()).lines().findFirst())
        .hasValueSatisfying(
            line ->
                assertThat(line)
                    .matches(
                        "blocking call on the event loop: call=java\\.lang\\.Thread\\.sleep"
                            + " task=fetch at=dev\\.treadle\\.testing\\.BlockingTest\\$Calls\\."
                            + "handle\\(BlockingTest\\.java:\\d+\\); use"
                            + " Treadle\\.sleep\\(duration\\), which suspends the task and not the"
                            + " thread"));
    assertThat(failure.getMessage())
        .contains("blocked in java.lang.Thread.sleepNanos0", "Calls.lambda$sleeps");
    Violation violation = ((BlockingCallError) failure).violation();
    assertThat(violation.at().getMethodName()).isEqualTo("handle");
    assertThat(violation.path())
        .allSatisfy(line -> assertThat(line.getClassName()).startsWith(Calls.class.getName()));
  }

  @Test
  void shouldFailWhenTheErrorIsSwallowed() {
    assertViolation("swallows", "java.lang.Thread.sleep", "use Treadle.sleep(duration)");
  }

  @Test
  void shouldFailOnceForEachCallWhenSeveralAreSwallowed() {
    Throwable failure = failureOf(Calls.class, "swallowsTwo");

    assertThat(failure).isInstanceOf(AssertionError.class).hasMessage("the test's own");
    assertThat(failure.getSuppressed())
        .hasSize(2)
        .allSatisfy(more -> assertThat(more).isInstanceOf(BlockingCallError.class));
  }

  @Test
  void shouldFailWhenAFileIsRead() {
    assertViolation("readsFile", "java.io.FileInputStream.read", "Treadle.onThread(() -> ...)");
  }

  @Test
  void shouldFailWhenTheThreadIsParked() {
    assertViolation("parks", "java.util.concurrent.locks.LockSupport.parkNanos", "Deferred");
  }

  @Test
  void shouldFailWhenALatchIsAwaited() {
    assertViolation("awaitsLatch", "java.util.concurrent.CountDownLatch.await", "Deferred");
  }

  @Test
  void shouldFailWhenAFutureIsGot() {
    assertViolation("getsFuture", "java.util.concurrent.CompletableFuture.get", "Treadle.await");
    assertViolation("joinsFuture", "java.util.concurrent.CompletableFuture.join", "Treadle.await");
    assertViolation("getsTask", "java.util.concurrent.FutureTask.get", "onThread");
  }

  @Test
  void shouldFailWhenALockOrQueueOrMonitorIsWaitedFor() {
    assertViolation("acquires", "java.util.concurrent.Semaphore.acquire", "need no lock");
    assertViolation("takes", "java.util.concurrent.ArrayBlockingQueue.take", "AsyncQueue");
    assertViolation("waits", "java.lang.Object.wait", "Deferred");
    assertViolation("joinsThread", "java.lang.Thread.join", "onThread");
  }

  @Test
  void shouldFailWhenAThreadIsYieldedOrAProcessStarted() {
    assertViolation("yields", "java.lang.Thread.yield", "Treadle.yieldNow()");
    assertViolation("startsProcess", "java.lang.ProcessBuilder.start", "onThread");
  }

  @Test
  void shouldFailBeforeAndAfterAResume() {
    Throwable failure = failureOf(Calls.class, "aroundResume");

    assertThat(failure).isInstanceOf(BlockingCallError.class);
    assertThat(failure.getSuppressed()).hasSize(1);
    assertThat(failure.getMessage()).contains("LockSupport.parkNanos");
    assertThat(failure.getSuppressed()[0].getMessage()).contains("Thread.sleep");
  }

  @Test
  void shouldFailWhenAGeneratorsBodyBlocksBeforeAndAfterAResume() {
    Throwable failure = failureOf(Calls.class, "blocksInGenerator");

    assertThat(failure).isInstanceOf(BlockingCallError.class);
    assertThat(((BlockingCallError) failure).violation())
        .returns("main", Violation::task)
        .returns("java.lang.Thread.sleep", Violation::call);
    assertThat(failure.getSuppressed()).hasSize(1);
  }

  @Test
  void shouldFailWhenAStartedLoopIsBlocked() {
    Throwable failure = failureOf(Calls.class, "blocksStartedLoop");

    assertThat(failure).isInstanceOf(BlockingCallError.class);
    assertThat(((BlockingCallError) failure).violation())
        .returns("far", Violation::task)
        .returns("other", Violation::thread);
  }

  @Test
  void shouldFailWhenACallbackBlocks() {
    Throwable failure = failureOf(Calls.class, "blocksInCallback");

    assertThat(failure).isInstanceOf(BlockingCallError.class);
    assertThat(((BlockingCallError) failure).violation().task()).isEqualTo("none");
    assertThat(failure.getSuppressed()).as("not again as unobserved").isEmpty();
  }

  @Test
  void shouldPassWhenAPoolThreadBlocks() {
    assertPasses(Calls.class, "blocksElsewhere");
  }

  @Test
  void shouldLeaveTheTestThreadFreeToBlockOffTheLoop() throws InterruptedException {
    assertPasses(Calls.class, "blocksElsewhere");

    Thread.sleep(1);
    Treadle.run(
        () ->
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> Thread.sleep(1)))
                .isInstanceOf(BlockingCallError.class));
    Thread.sleep(1);
  }

  private static void assertViolation(String sample, String call, String remedy) {
    Throwable failure = failureOf(Calls.class, sample);

    assertThat(failure).as(sample).isInstanceOf(BlockingCallError.class);
    Violation violation = ((BlockingCallError) failure).violation();
    assertThat(violation.call()).isEqualTo(call);
    assertThat(violation.task()).isEqualTo("main");
    assertThat(violation.remedy()).contains(remedy);
    assertThat(violation.at().getClassName()).isEqualTo(Calls.class.getName());
    assertThat(violation.at().getMethodName()).contains(sample);
  }

  static class Calls {
    @TreadleTest
    void sleeps() {
      await(spawn("fetch", () -> handle()));
    }

    private static void handle() throws InterruptedException {
      Thread.sleep(5);
    }

    @TreadleTest
    void swallows() {
      try {
        Thread.sleep(5);
      } catch (Throwable swallowed) {
        // On purpose.
      }
    }

    @TreadleTest
    void swallowsTwo() {
      swallows();
      swallows();
      throw new AssertionError("the test's own");
    }

    @TreadleTest
    void readsFile() throws IOException {
      try (FileInputStream file =
          new FileInputStream(new File(System.getProperty("java.home"), "release"))) {
        file.read(new byte[8]);
      }
    }

    @TreadleTest
    void parks() {
      LockSupport.parkNanos(1);
    }

    @TreadleTest
    void awaitsLatch() throws InterruptedException {
      new CountDownLatch(1).await();
    }

    @TreadleTest
    void getsFuture() throws Exception {
      new CompletableFuture<String>().get();
    }

    @TreadleTest
    void joinsFuture() {
      new CompletableFuture<String>().join();
    }

    @TreadleTest
    void getsTask() throws Exception {
      new FutureTask<>(() -> 1).get();
    }

    @TreadleTest
    void acquires() throws InterruptedException {
      new Semaphore(0).acquire();
    }

    @TreadleTest
    void takes() throws InterruptedException {
      new ArrayBlockingQueue<String>(1).take();
    }

    @TreadleTest
    void waits() throws InterruptedException {
      synchronized (this) {
        wait(1);
      }
    }

    @TreadleTest
    void joinsThread() throws InterruptedException {
      Thread thread = new Thread(LockSupport::park);
      thread.setDaemon(true);
      thread.start();
      thread.join();
    }

    @TreadleTest
    void yields() {
      Thread.yield();
    }

    @TreadleTest
    void startsProcess() throws IOException {
      new ProcessBuilder("true").start();
    }

    @TreadleTest
    void aroundResume() {
      swallows();
      sleep(Duration.ofSeconds(1));
      yieldNow();
      parks();
    }

    @TreadleTest
    void blocksInGenerator() {
      try (var generator =
          Generator.<String>of(
              y -> {
                swallows();
                y.yield("one");
                sleep(Duration.ofSeconds(1));
                swallows();
                y.yield("two");
              })) {
        assertThat(generator.next()).isEqualTo("one");
        assertThat(generator.next()).isEqualTo("two");
      }
    }

    @TreadleTest(deadlockAfterMillis = 60_000)
    void blocksStartedLoop() {
      AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
      await(
          CompletableFuture.runAsync(
              () -> {
                Loop other = Loop.start("other");
                var far =
                    other.submit(
                        "far",
                        () -> {
                          try {
                            Thread.sleep(5);
                          } catch (Throwable swallowed) {
                            seen.set(swallowed);
                          }
                        });
                await(far);
                other.close();
              }));
      assertThat(seen.get()).isInstanceOf(BlockingCallError.class);
    }

    @TreadleTest
    void blocksInCallback(Loop loop) {
      loop.callSoon(
          () -> {
            try {
              Thread.sleep(5);
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          });
      sleep(Duration.ofSeconds(1));
    }

    @TreadleTest(deadlockAfterMillis = 60_000)
    void blocksElsewhere() {
      var pool = Executors.newSingleThreadExecutor();
      int value =
          await(
              CompletableFuture.supplyAsync(
                  () -> {
                    LockSupport.parkNanos(1);
                    return 1;
                  },
                  pool));
      pool.shutdown();
      assertThat(value).isEqualTo(1);
      await(spawn(() -> sleep(Duration.ofSeconds(1))));
    }
  }
}
