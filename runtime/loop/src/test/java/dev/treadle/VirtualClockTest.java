package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** When virtual time stands still and when it jumps. */
@Timeout(60)
class VirtualClockTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void shouldFireWhatIsDueBeforeTheNextTurnWhenAdvancedByATask() {
    VirtualClock clock = new VirtualClock();
    Loop.builder()
        .clock(clock)
        .run(
            () -> {
              List<String> events = new ArrayList<>();
              Loop.current().callLater(SECOND, () -> events.add("one"));
              Loop.current().callLater(SECOND.multipliedBy(2), () -> events.add("two"));
              Loop.current().callLater(SECOND.multipliedBy(9), () -> events.add("nine"));
              clock.advance(SECOND.multipliedBy(3));
              assertThat(events).isEmpty();
              yieldNow();
              yieldNow();
              assertThat(events).containsExactly("one", "two");
            });
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void shouldNotJumpWhenHeldByAnotherThread(Transport transport) {
    Assumptions.assumeTrue(transport.isAvailable(), "not on this machine: transport=" + transport);
    Virtually.loop()
        .transport(transport)
        .run(
            () -> {
              Loop loop = Loop.current();
              List<String> events = new ArrayList<>();
              loop.callLater(SECOND, () -> events.add("at " + loop.time()));
              // Netty's own timers must neither fire nor keep the loop spinning meanwhile.
              loop.nettyLoop().schedule(() -> events.add("netty"), 2, TimeUnit.SECONDS);
              Hold hold = loop.hold("the other thread's work");
              CountDownLatch idle = new CountDownLatch(1);
              Thread.startVirtualThread(
                  () -> {
                    LoopThreadsTest.awaitUninterruptibly(idle);
                    loop.execute(() -> events.add("held at " + loop.time()));
                    loop.execute(hold::close);
                    hold.close();
                  });
              loop.callSoon(idle::countDown);
              sleep(SECOND.multipliedBy(3));
              assertThat(events).containsExactly("held at PT0S", "at PT1S", "netty");
              assertThat(hold).hasToString("Hold[the other thread's work]");
            });
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void shouldGiveAGraceWhenAFutureIsCompletedByAnotherThread(Transport transport) {
    Assumptions.assumeTrue(transport.isAvailable(), "not on this machine: transport=" + transport);
    Loop.builder()
        .transport(transport)
        .clock(new VirtualClock())
        .deadlockAfter(Duration.ofMinutes(10))
        .run(
            () -> {
              Loop loop = Loop.current();
              loop.nettyLoop().schedule(() -> {}, 1, TimeUnit.SECONDS);
              Task<?> sleeper = spawn(() -> sleep(SECOND));
              for (int n = 0; n < 3; n++) {
                CompletableFuture<Integer> future = new CompletableFuture<>();
                CountDownLatch waiting = new CountDownLatch(1);
                Thread.startVirtualThread(
                    () -> {
                      LoopThreadsTest.awaitUninterruptibly(waiting);
                      // Wakes the loop for nothing first: that must not end the grace.
                      loop.execute(() -> {});
                      new Deferred<String>(loop).complete("nobody waits");
                      future.complete(1);
                    });
                loop.callSoon(waiting::countDown);
                assertThat(await(future)).isEqualTo(1);
              }
              assertThat(loop.time()).isZero();
              await(sleeper);
            });
  }

  @Test
  void shouldFollowVirtualTimeWhenScheduledOnNetty() {
    Virtually.run(
        () -> {
          Loop loop = Loop.current();
          List<String> events = new ArrayList<>();
          loop.nettyLoop().schedule(() -> events.add("netty " + loop.time()), 5, TimeUnit.HOURS);
          loop.callLater(Duration.ofHours(4), () -> events.add("ours " + loop.time()));
          loop.callLater(Duration.ofHours(6), () -> events.add("ours " + loop.time()));
          sleep(Duration.ofHours(7));
          assertThat(events).containsExactly("ours PT4H", "netty PT5H", "ours PT6H");
        });
  }

  @Test
  void shouldFollowVirtualTimeWhenReactorSchedulesOnNetty() {
    Virtually.loop()
        .deadlockAfter(Duration.ofMillis(1))
        .run(
            () -> {
              var scheduler = Schedulers.fromExecutorService(Loop.current().nettyLoop());
              await(Mono.delay(Duration.ofDays(1), scheduler));
              assertThat(Loop.current().time()).isEqualTo(Duration.ofDays(1));
            });
  }

  @Test
  void shouldTellEveryTaskAndWhereItWaitsWhenDeadlocked() {
    assertThatExceptionOfType(DeadlockException.class)
        .isThrownBy(
            () ->
                Virtually.loop()
                    .name("stuck")
                    .deadlockAfter(Duration.ofMillis(1))
                    .run(
                        () -> {
                          Deferred<String> never = new Deferred<>();
                          spawn("philosopher", () -> await(never));
                          await(spawn("other", () -> await(new CompletableFuture<String>())));
                        }))
        .withMessageStartingWith(
            "deadlock: nothing is ready, no timer is pending and nothing is outstanding: loop=stuck"
                + " tasks=3; if another thread is to wake a task, say so with Loop.hold(...)\n"
                + "Loop[stuck ")
        .withMessageContaining("Task[main suspended on await task 'other']")
        .withMessageContaining("Task[philosopher suspended on await Deferred@")
        .withMessageContaining("Task[other suspended on await java.util.concurrent.Completable")
        .withMessageContaining("at dev.treadle.VirtualClockTest.");
  }

  @Test
  void shouldCancelTheTasksWhenDeadlocked() {
    List<String> events = new ArrayList<>();
    assertThatExceptionOfType(DeadlockException.class)
        .isThrownBy(
            () ->
                Virtually.loop()
                    .deadlockAfter(Duration.ofMillis(1))
                    .run(
                        () -> {
                          try {
                            await(new Deferred<String>());
                          } finally {
                            events.add("finally");
                          }
                        }));
    assertThat(events).containsExactly("finally");
  }

  @Test
  void shouldFindADeadlockOnTheRealClockWhenAskedTo() {
    assertThatExceptionOfType(DeadlockException.class)
        .isThrownBy(
            () ->
                Loop.builder()
                    .deadlockAfter(Duration.ofMillis(1))
                    .run(
                        () -> {
                          await(new Deferred<String>());
                        }));
  }

  @Test
  void shouldNotTakeAWakeUpForADeadlockWhenTheGraceIsNotOver() {
    Loop.builder()
        .deadlockAfter(Duration.ofMinutes(10))
        .run(
            () -> {
              Loop loop = Loop.current();
              Deferred<String> deferred = new Deferred<>();
              CountDownLatch waiting = new CountDownLatch(1);
              Thread.startVirtualThread(
                  () -> {
                    LoopThreadsTest.awaitUninterruptibly(waiting);
                    for (int n = 0; n < 100; n++) {
                      new Deferred<String>(loop).complete("nobody waits");
                    }
                    deferred.complete("value");
                  });
              loop.callSoon(waiting::countDown);
              assertThat(await(deferred)).isEqualTo("value");
            });
  }
}
