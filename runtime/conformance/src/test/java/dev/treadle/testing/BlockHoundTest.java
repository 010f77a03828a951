package dev.treadle.testing;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.Loop;
import dev.treadle.conformance.Ports;
import dev.treadle.queue.AsyncQueue;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** After the tests of BlockHound itself and of kotlinx.coroutines' use of it. */
class BlockHoundTest {
  @BeforeAll
  static void install() {
    BlockingGuard.builder().allow(SleepsAsItLoads.class, "<clinit>", "to see it allowed").install();
  }

  /** Blocks, as a loader that fetches its classes from far away does. */
  private static final class SlowLoader extends ClassLoader {
    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      block();
      return super.loadClass(name, resolve);
    }
  }

  private static void block() {
    try {
      Thread.sleep(1);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static final class SleepsAsItLoads {
    static final boolean LOADED;

    static {
      block();
      LOADED = true;
    }
  }

  private static final class SleepsAsItLoadsToo {
    static final boolean LOADED;

    static {
      block();
      LOADED = true;
    }
  }

  @Ports("BlockHound.FalseNegativesTest")
  @TreadleTest
  void shouldLetAClassLoaderBlock() throws ClassNotFoundException {
    Class<?> loaded = new SlowLoader().loadClass("java.util.List");
    assertThat(loaded).isSameAs(List.class);
  }

  @Ports("BlockHound.StaticInitTest")
  @TreadleTest
  void shouldLetAnAllowedInitializerBlock() {
    assertThat(SleepsAsItLoads.LOADED).isTrue();
  }

  @Ports("BlockHound.StaticInitTest")
  @Test
  void shouldFindOneThatIsNotAllowed() {
    try (Recording recording = BlockingGuard.record()) {
      Loop.builder()
          .run(
              () ->
                  assertThatExceptionOfType(BlockingCallError.class)
                      .isThrownBy(() -> assertThat(SleepsAsItLoadsToo.LOADED).isTrue())
                      .withMessageContaining("SleepsAsItLoadsToo.<clinit>"));
      assertThat(recording.violations()).hasSize(1);
    }
  }

  @Ports("BlockHound.DynamicCurrentThreadTest")
  @Test
  void shouldGuardAThreadWhileALoopRunsOnItAndNoLonger() {
    try (Recording recording = BlockingGuard.record()) {
      block();
      for (int n = 1; n <= 3; n++) {
        Loop.builder()
            .run(
                () ->
                    assertThatExceptionOfType(BlockingCallError.class)
                        .isThrownBy(BlockHoundTest::block));
        assertThat(recording.violations()).hasSize(n);
        block();
        assertThat(recording.violations()).hasSize(n);
      }
    }
  }

  @Ports("kotlinx.BlockHoundTest")
  @Test
  void shouldFindWhatBlocksInATask() {
    try (Recording recording = BlockingGuard.record()) {
      Loop.builder()
          .run(
              () ->
                  assertThatExceptionOfType(BlockingCallError.class)
                      .isThrownBy(() -> await(spawn("culprit", BlockHoundTest::block))));
      assertThat(recording.violations()).extracting(Violation::task).containsExactly("culprit");
    }
  }

  @Ports("kotlinx.BlockHoundTest")
  @TreadleTest
  void shouldNotFindWhatBlocksOnAThreadOfThePool() {
    onThread(BlockHoundTest::block);
  }

  @Ports("kotlinx.BlockHoundTest")
  @TreadleTest
  void shouldNotTakeAQueueForBlocking() {
    AsyncQueue<Integer> queue = AsyncQueue.bounded(1);
    spawn(
        () -> {
          for (int n = 0; n < 100; n++) {
            queue.put(n);
          }
          queue.close();
        });
    int next = 0;
    for (int item : queue) {
      assertThat(item).isEqualTo(next++);
      if (item % 10 == 0) {
        sleep(Duration.ofMillis(1));
      }
    }
    assertThat(next).isEqualTo(100);
    yieldNow();
  }
}
