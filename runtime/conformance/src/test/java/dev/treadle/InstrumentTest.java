package dev.treadle;

import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.conformance.Ports;
import dev.treadle.coroutines.PinnedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InstrumentTest {
  @Ports("trio.test_instrumentation.test_instruments_interleave")
  @Test
  void shouldSeeEveryStepInOrderWhenTasksInterleave() {
    Recorder recorder = new Recorder();
    Virtually.loop()
        .instrument(recorder)
        .run(
            () -> {
              var a = spawn("a", () -> yieldNow());
              var b = spawn("b", () -> yieldNow());
              Treadle.await(a);
              Treadle.await(b);
            });
    assertThat(String.join(" ", recorder.events))
        .isEqualTo(
            "spawned:main turn( +main spawned:a spawned:b -main )1"
                + " turn( +a -a +b -b )2 turn( +a ended:a -a +b ended:b -b )2"
                + " turn( +main ended:main -main )1 turn( )0");
  }

  @Test
  void shouldCountTurnsAsPairsWhenTheLoopIdles() {
    Recorder recorder = new Recorder();
    Virtually.loop().instrument(recorder).run(() -> sleep(Duration.ofSeconds(1)));
    assertThat(recorder.events.stream().filter("turn("::equals).count())
        .isEqualTo(recorder.events.stream().filter(event -> event.startsWith(")")).count())
        .isGreaterThan(1);
  }

  @Test
  void shouldSeeThePinWhenATaskCannotSuspend() {
    Recorder recorder = new Recorder();
    Object monitor = new Object();
    Virtually.loop()
        .instrument(recorder)
        .run(
            () -> {
              synchronized (monitor) {
                try {
                  yieldNow();
                } catch (PinnedException swallowed) {
                  assertThat(swallowed).hasMessageContaining("MONITOR");
                }
              }
            });
    assertThat(recorder.events).contains("pinned:main");
  }

  @Ports("trio.test_instrumentation.test_instruments_crash")
  @Test
  void shouldBeRemovedAndReportedWhenItThrows() {
    List<String> reported = new ArrayList<>();
    int[] calls = {0};
    int value =
        Virtually.loop()
            .onFailure((source, failure) -> reported.add(source + ": " + failure.getMessage()))
            .instrument(
                new Instrument() {
                  @Override
                  public void stepStarted(Task<?> task) {
                    calls[0]++;
                    throw new IllegalStateException("crashed");
                  }
                })
            .run(
                () -> {
                  yieldNow();
                  return 7;
                });
    assertThat(value).isEqualTo(7);
    assertThat(calls[0]).isEqualTo(1);
    assertThat(reported).containsExactly("instrument: crashed");
  }

  private static final class Recorder implements Instrument {
    final List<String> events = new ArrayList<>();

    @Override
    public void turnStarted() {
      events.add("turn(");
    }

    @Override
    public void turnEnded(int steps) {
      events.add(")" + steps);
    }

    @Override
    public void taskSpawned(Task<?> task) {
      events.add("spawned:" + task.name());
    }

    @Override
    public void stepStarted(Task<?> task) {
      events.add("+" + task.name());
    }

    @Override
    public void stepEnded(Task<?> task) {
      events.add("-" + task.name());
    }

    @Override
    public void taskEnded(Task<?> task) {
      events.add("ended:" + task.name());
    }

    @Override
    public void pinned(Task<?> task, PinnedException exception) {
      events.add("pinned:" + task.name());
    }
  }
}
