package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.queue.AsyncQueue;
import dev.treadle.queue.QueueClosedException;
import dev.treadle.queue.ThreadSide;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class DebugModeTest {
  private static LoopBuilder debug() {
    return Virtually.loop().debug(true);
  }

  private static void refused(String operation, ThrowingCallable call) {
    onThread(
        () ->
            assertThatThrownBy(call)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(operation + " on a wrong thread: thread=")
                .hasMessageEndingWith(
                    " loop=loop; hand it over with Loop.execute(...) or Loop.submit(...)"));
  }

  @Test
  void shouldBeOffUnlessAskedFor() {
    assertThat(Virtually.<Boolean>run(() -> Loop.current().isDebug())).isFalse();
    assertThat(debug().<Boolean>run(() -> Loop.current().isDebug())).isTrue();
  }

  // Ports test_base_events.BaseEventLoopTests.test_check_thread
  @Test
  void shouldRefuseCallsFromAWrongThread() {
    debug()
        .run(
            () -> {
              Loop loop = Loop.current();
              Handle handle = loop.callLater(Duration.ofDays(1), () -> {});
              Task<?> task = spawn(() -> VirtualLoop.sleepForever());
              CancelScope scope = new CancelScope();
              WaitQueue<String> queue = new WaitQueue<>();
              AsyncQueue<String> items = AsyncQueue.unbounded();
              refused("callSoon()", () -> loop.callSoon(() -> {}));
              refused("callSoon()", () -> loop.callLater(Duration.ZERO, () -> {}));
              refused("callLater()", () -> loop.callLater(Duration.ofDays(1), () -> {}));
              refused("callAt()", () -> loop.callAt(Duration.ofDays(1), () -> {}));
              refused("Loop.checkCancelled()", loop::checkCancelled);
              refused("reportFailure()", () -> loop.reportFailure("test", new Error()));
              refused("Handle.isPending()", handle::isPending);
              refused("Task.isCancelling()", task::isCancelling);
              refused("WaitQueue.size()", queue::size);
              refused("WaitQueue.isEmpty()", queue::isEmpty);
              refused("WaitQueue.peekPayload()", queue::peekPayload);
              refused("WaitQueue.wake()", () -> queue.wake(""));
              refused("WaitQueue.wakeAll()", () -> queue.wakeAll(""));
              scope.run(
                  () -> {
                    refused("CancelScope.isShielded()", scope::isShielded);
                    refused("CancelScope.cancelledCaught()", scope::cancelledCaught);
                    refused("CancelScope.remaining()", scope::remaining);
                  });
              Treadle.group(
                  group -> {
                    refused("TaskGroup.size()", group::size);
                  });
              onThread(
                  () ->
                      assertThatThrownBy(() -> items.offer("item"))
                          .hasMessageContaining(" on a wrong thread: "));
              handle.cancel();
            });
  }

  @Test
  void shouldLetClosedLoopsBeAskedFromAnyThread() {
    Loop loop = Loop.builder().debug(true).start();
    Task<String> task = loop.submit(() -> "value");
    await(task);
    loop.close();
    assertThat(task.isCancelling()).isFalse();
  }

  // Ports test_base_events.BaseEventLoopWithSelectorTests.test_log_slow_callbacks
  @Test
  void shouldLogEveryStepThatTakesTooLong() {
    List<String> logged =
        logOf(
            () ->
                debug()
                    .stallAfter(Duration.ofNanos(1))
                    .onStall(stall -> {})
                    .run(
                        () -> {
                          Loop.current().callSoon(named("tick"));
                          await(spawn("fetch", () -> yieldNow()));
                        }));
    assertThat(logged)
        .anyMatch(line -> line.matches("a step took too long: loop=loop step=task 'fetch'.*"))
        .anyMatch(line -> line.matches("a step took .* step=Handle\\[tick] made at .* millis=.*"))
        .allMatch(line -> line.contains("; nothing else ran there meanwhile: "));
  }

  @Test
  void shouldLogNoSlowStepWithoutDebugMode() {
    assertThat(
            logOf(
                () ->
                    Virtually.loop()
                        .stallAfter(Duration.ofNanos(1))
                        .onStall(stall -> {})
                        .run(() -> yieldNow())))
        .isEmpty();
  }

  // Ports test_events.HandleTests.test_handle_source_traceback
  @Test
  void shouldRememberWhereHandlesAreMade() {
    debug()
        .run(
            () -> {
              Loop loop = Loop.current();
              Handle soon = loop.callSoon(() -> {});
              Handle later = loop.callLater(Duration.ofSeconds(1), () -> {});
              Handle at = loop.callAt(Duration.ofSeconds(1), () -> {});
              assertThat(List.of(soon, later, at))
                  .allSatisfy(
                      handle -> {
                        assertThat(Origins.of(handle).getFirst().getClassName())
                            .isEqualTo(DebugModeTest.class.getName());
                        assertThat(handle.toString()).contains(" made at ");
                      });
            });
  }

  @Test
  void shouldSayInTheDumpWhereTasksAndDeferredsWereMade() {
    debug()
        .run(
            () -> {
              Deferred<String> never = new Deferred<>();
              Task<String> waits = spawn("waits", () -> await(never));
              yieldNow();
              String made = " made at " + DebugModeTest.class.getName() + ".lambda$";
              assertThat(Loop.current().dump())
                  .containsPattern(
                      "Task\\[waits suspended on await Deferred.*made at .*].*, made at .*DebugModeTest");
              assertThat(waits.toString()).contains(made);
              assertThat(never.toString()).contains(made);
              assertThat(new CancelScope().toString()).contains(made);
            });
  }

  @Test
  void shouldRememberNothingWithoutDebugMode() {
    debug().run(() -> {});
    Virtually.run(
        () -> {
          assertThat(Origins.of(new Deferred<String>())).isEmpty();
          assertThat(new CancelScope().toString()).doesNotContain("made at");
        });
  }

  @Test
  void shouldSayWhereAnUnobservedFailureCameFrom() {
    List<Throwable> failures = new ArrayList<>();
    debug()
        .onFailure((source, failure) -> failures.add(failure))
        .run(
            () -> {
              spawn("fails", () -> fail("task"));
              Loop loop = Loop.current();
              loop.callSoon(() -> fail("callback"));
              onThread(() -> loop.execute(() -> fail("handed over")));
              yieldNow();
            });
    assertThat(failures)
        .hasSize(3)
        .allSatisfy(
            failure ->
                assertThat(failure.getSuppressed())
                    .singleElement()
                    .satisfies(
                        note -> {
                          assertThat(note.toString()).endsWith(" was made at");
                          assertThat(note.getStackTrace()[0].getClassName())
                              .isEqualTo(DebugModeTest.class.getName());
                        }));
  }

  // Ports test_tasks.BaseTaskTests.test_log_destroyed_pending_task, deliberately different: a
  // pending task that nobody holds is not destroyed but held by its loop, and ends with it.
  @Test
  void shouldEndAPendingTaskThatNobodyHolds() {
    List<String> ended = new ArrayList<>();
    debug()
        .run(
            () -> {
              spawn(
                  () -> {
                    try {
                      VirtualLoop.sleepForever();
                    } finally {
                      ended.add("cancelled");
                    }
                  });
              yieldNow();
              System.gc();
              sleep(Duration.ofSeconds(1));
              assertThat(Loop.current().tasks()).hasSize(2);
            });
    assertThat(ended).containsExactly("cancelled");
  }

  @Test
  void shouldRefuseAnAwaitInsideSynchronizedWithoutTheJvmsHelp() throws IOException {
    try (ChildJvm child =
        ChildJvm.start(AwaitsInside.class, "-XX:LockingMode=2", "-Dtreadle.debug=true")) {
      child.awaitLine("pinned=MONITOR");
      child.awaitLine("went on");
    }
  }

  private static void fail(String message) {
    throw new IllegalStateException(message);
  }

  private static Runnable named(String name) {
    return new Runnable() {
      @Override
      public void run() {}

      @Override
      public String toString() {
        return name;
      }
    };
  }

  private static List<String> logOf(Runnable body) {
    List<String> lines = new ArrayList<>();
    Logger logger = Logger.getLogger("dev.treadle.Loop");
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            lines.add(entry.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    try {
      body.run();
    } finally {
      logger.removeHandler(handler);
    }
    return lines;
  }

  /** Awaits inside synchronized, then outside. */
  static final class AwaitsInside {
    private static final Object MONITOR = new Object();

    private AwaitsInside() {}

    public static void main(String[] args) {
      Treadle.run(
          () -> {
            synchronized (MONITOR) {
              try {
                yieldNow();
              } catch (dev.treadle.coroutines.PinnedException pinned) {
                System.out.println("pinned=" + pinned.reason());
              }
            }
            yieldNow();
            System.out.println("went on");
          });
    }
  }

  @Test
  void shouldLetAnyThreadCompleteWhatOfAClosedLoopAnotherLoopAwaits() {
    Loop closed = Loop.builder().name("closed").debug(true).start();
    Deferred<Integer> late = new Deferred<>(closed);
    closed.close();
    Integer value =
        Loop.builder()
            .debug(true)
            .run(
                () -> {
                  Treadle.spawn(
                      () ->
                          Treadle.onThread(
                              () -> {
                                assertThat(late.complete(1)).isTrue();
                              }));
                  return Treadle.await(late);
                });
    assertThat(value).isEqualTo(1);
  }

  @Test
  void shouldTellAThreadThatItsSideOfAQueueIsClosed() {
    try (Loop loop = Loop.builder().debug(true).start()) {
      ThreadSide<String> side =
          Treadle.await(loop.submit(() -> AsyncQueue.<String>unbounded().forThreads()));
      side.close();
      assertThatExceptionOfType(QueueClosedException.class)
          .isThrownBy(side::poll)
          .withMessage(
              "poll() refused: side=ThreadSide[closed calls=0] is closed; end the thread that uses"
                  + " it");
    }
  }
}
