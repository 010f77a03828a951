package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.internal.Named;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NamedBodyTest {
  private static final class Body implements Action<Exception>, Named {
    private final AtomicInteger asked = new AtomicInteger();

    @Override
    public void run() {}

    @Override
    public String taskName() {
      return "asked " + asked.incrementAndGet();
    }
  }

  @Test
  void shouldAskTheBodyForTheTasksNameWhenItIsWantedAndNotBefore() {
    VirtualLoop.run(
        () ->
            group(
                g -> {
                  Body body = new Body();
                  Task<?> task = g.spawnEager(null, body);
                  await(task);
                  assertThat(body.asked).hasValue(0);
                  assertThat(task.name()).isEqualTo("asked 1");
                  assertThat(task.toString()).startsWith("Task[asked 2 done");
                }));
  }

  @Test
  void shouldPreferTheNameThatIsGiven() {
    VirtualLoop.run(
        () ->
            group(
                g -> {
                  assertThat(g.spawnEager("given", new Body()).name()).isEqualTo("given");
                }));
  }
}
