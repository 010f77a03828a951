package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoopInfoTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static TaskInfo named(String name, LoopInfo info) {
    return info.tasks().stream().filter(task -> task.name().equals(name)).findFirst().orElseThrow();
  }

  private static List<String> awaitersOf(String name, Loop loop) {
    return loop.snapshot(PATIENCE, 10).tasks().stream()
        .filter(task -> task.name().equals(name))
        .flatMap(task -> task.awaitedBy().stream())
        .toList();
  }

  private static TaskInfo now(String name) {
    return named(name, Loop.current().snapshot());
  }

  @Test
  void shouldSayForHowLongWhenSuspended() {
    VirtualLoop.run(
        () -> {
          Task<?> task =
              spawn(
                  "task",
                  () -> {
                    sleepMs(250);
                    sleep(Duration.ofDays(20));
                  });
          assertThat(now("task").waiting()).isZero();
          assertThat(now("task").state()).isEqualTo("scheduled");
          sleepMs(100);
          assertThat(now("task").waiting()).isEqualTo(Duration.ofMillis(100));
          assertThat(now("main").waiting()).isZero();
          sleepMs(200);
          assertThat(now("task").waiting()).isEqualTo(Duration.ofMillis(50));
          sleep(Duration.ofDays(19));
          assertThat(now("task").waiting()).isEqualTo(Duration.ofDays(19).plusMillis(50));
          await(task);
        });
  }

  @Test
  void shouldNameTenAndCountTheRestWhenManyWait() {
    VirtualLoop.run(
        () -> {
          Task<?> slow = spawn("slow", () -> sleepMs(10));
          for (int i = 0; i < 12; i++) {
            spawn("w" + i, () -> await(slow));
          }
          VirtualLoop.settle();
          assertThat(now("slow").awaitedBy())
              .hasSize(11)
              .startsWith("task 'w0'", "task 'w1'")
              .endsWith("task 'w9'", "2 more");
          moveOnAfter(Duration.ofMillis(20), VirtualLoop::sleepForever);
        });
  }

  @Test
  void shouldDescribeNoMoreThanAskedForWhenLimited() {
    VirtualLoop.run(
        () ->
            group(
                g -> {
                  for (int i = 0; i < 5; i++) {
                    g.spawn("t" + i, () -> sleepMs(1));
                  }
                  LoopInfo info = Loop.current().snapshot(PATIENCE, 3);
                  assertThat(info.taskCount()).isEqualTo(6);
                  assertThat(info.tasks())
                      .extracting(TaskInfo::name)
                      .containsExactly("main", "t0", "t1");
                  assertThat(info.dump()).endsWith("  and 3 more tasks\n");
                  assertThat(info.table()).endsWith("  and 3 more tasks\n");
                  assertThat(info.tree()).endsWith("  and 3 more tasks\n");
                }));
  }

  @Test
  void shouldNameAwaitersElsewhereWhenAnotherLoopOrThreadWaits() throws InterruptedException {
    try (Loop other = Loop.start("other")) {
      CountDownLatch waiting = new CountDownLatch(1);
      Task<?> slow = other.submit("slow", VirtualLoop::sleepForever);
      Thread thread =
          new Thread(
              () -> {
                try {
                  await(slow);
                } catch (RuntimeException cancelled) {
                  waiting.countDown();
                }
              },
              "waiter");
      thread.start();
      Loop.builder()
          .name("here")
          .run(
              () -> {
                spawn("far", () -> await(slow));
                List<String> names = List.of();
                while (names.size() < 2) {
                  sleepMs(1);
                  names = awaitersOf("slow", other);
                }
                assertThat(names)
                    .containsExactlyInAnyOrder("thread 'waiter'", "task 'far' of loop 'here'");
                assertThat(now("far").waitingFor()).isEqualTo("await task 'slow' of loop 'other'");
                assertThat(now("far").awaits()).isEmpty();
              });
      while (!awaitersOf("slow", other).equals(List.of("thread 'waiter'"))) {
        Thread.onSpinWait();
      }
      thread.interrupt();
      assertThat(waiting.await(60, TimeUnit.SECONDS)).isTrue();
      thread.join();
      assertThat(awaitersOf("slow", other)).isEmpty();
    }
  }

  @Test
  void shouldLookFromOutsideWhenTheLoopDoesNotAnswer() throws Exception {
    CountDownLatch hogging = new CountDownLatch(1);
    CountDownLatch enough = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    try (Loop loop = Loop.start("stalled")) {
      try {
        loop.submit(
            "hog",
            () -> {
              hogging.countDown();
              enough.await();
            });
        hogging.await();
        LoopInfo info = loop.snapshot(Duration.ofMillis(1), 10);
        assertThat(info.silence())
            .startsWith("did not answer in 0.001 s; its thread 'stalled' is ")
            .endsWith(", in a step of task 'hog'");
        assertThat(info.tasks()).singleElement().extracting(TaskInfo::name).isEqualTo("hog");
        assertThat(info.threadStack())
            .isEqualTo(info.tasks().getFirst().stack())
            .extracting(StackTraceElement::getClassName)
            .contains(CountDownLatch.class.getName())
            .last()
            .isEqualTo(LoopInfoTest.class.getName());
        assertThat(info.table()).contains("  did not answer in 0.001 s", "    at java.base/");
        assertThat(info.tree()).contains("└── task 'hog' running\n");
        enough.countDown();
        assertThat(loop.snapshot(PATIENCE, 10).silence()).isNull();

        CountDownLatch inCallback = new CountDownLatch(1);
        loop.execute(
            () -> {
              inCallback.countDown();
              try {
                done.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
        inCallback.await();
        LoopInfo callback = loop.snapshot(Duration.ofMillis(1), 10);
        assertThat(callback.silence()).endsWith(", in no task");
        assertThat(callback.tasks()).isEmpty();
        assertThat(callback.dump()).contains(getClass().getSimpleName());
        done.countDown();
      } finally {
        enough.countDown();
        done.countDown();
      }
    }
  }

  @Test
  void shouldSayThatTheLoopHasEndedWhenClosed() {
    Loop loop = Loop.start("closed");
    assertThat(Loop.all()).contains(loop);
    loop.close();
    assertThat(Loop.all()).doesNotContain(loop);
    assertThat(loop.snapshot(PATIENCE, 10).silence()).isEqualTo("has ended");
    assertThatIllegalStateException()
        .isThrownBy(loop::snapshot)
        .withMessageStartingWith("snapshot() on a wrong thread");
  }

  @Test
  void shouldBreakTheTreeWhenItComesRound() {
    LoopInfo info =
        new LoopInfo(
            "Loop[x]", "x", null, List.of(), 3, List.of(task(1, 2), task(2, 1), task(3, 2)));
    assertThat(info.tree())
        .isEqualTo(
            """
            Loop[x] tasks=3
              cycle: task 't1' awaits task 't2' awaits task 't1'
            └── task 't3' suspended for 0 s on it
                └── task 't2' suspended for 0 s on it
                    └── task 't1' suspended for 0 s on it
                        └── task 't2' suspended, as above: a cycle
            """);
    LoopInfo alone =
        new LoopInfo("Loop[x]", "x", null, List.of(), 2, List.of(task(1, 2), task(2, 1)));
    assertThat(alone.tree())
        .endsWith(
            """
            └── task 't1' suspended for 0 s on it
                └── task 't2' suspended for 0 s on it
                    └── task 't1' suspended, as above: a cycle
            """);
  }

  @Test
  void shouldStayShortWhenTheTreeIsDeepOrShared() {
    TaskInfo[] chain = new TaskInfo[10_000];
    for (int i = 0; i < chain.length; i++) {
      chain[i] = i + 1 < chain.length ? task(i + 1, i + 2) : task(i + 1);
    }
    LoopInfo deep = new LoopInfo("Loop[x]", "x", null, List.of(), chain.length, List.of(chain));
    assertThat(deep.tree()).endsWith("└── and more below\n").hasLineCount(53);
    LoopInfo shared =
        new LoopInfo("Loop[x]", "x", null, List.of(), 3, List.of(task(1, 3), task(2, 3), task(3)));
    assertThat(shared.tree())
        .isEqualTo(
            """
            Loop[x] tasks=3
            ├── task 't1' suspended for 0 s on it
            │   └── task 't3' suspended for 0 s on it
            └── task 't2' suspended for 0 s on it
                └── task 't3' suspended, as above
            """);
  }

  private static TaskInfo task(long id, long... awaits) {
    return new TaskInfo(
        id,
        "t" + id,
        "suspended",
        0,
        "it",
        Duration.ZERO,
        Arrays.stream(awaits).boxed().toList(),
        List.of(),
        List.of(),
        null);
  }
}
