package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.conformance.Ports;
import dev.treadle.queue.AsyncQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class DebugTest {
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

  @Ports("test_base_events.BaseEventLoopTests.test_check_thread")
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

  @Ports("test_base_events.BaseEventLoopWithSelectorTests.test_log_slow_callbacks")
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

  @Ports("test_events.HandleTests.test_handle_source_traceback")
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
                            .isEqualTo(DebugTest.class.getName());
                        assertThat(handle.toString()).contains(" made at ");
                      });
            });
  }

  @Ports(
      value = "test_tasks.BaseTaskTests.test_log_destroyed_pending_task",
      differs = "a task that has not ended is held by its loop, and ends with it")
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
}
