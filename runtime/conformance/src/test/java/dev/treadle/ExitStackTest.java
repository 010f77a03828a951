package dev.treadle;

import static dev.treadle.Treadle.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.conformance.Ports;
import dev.treadle.testing.TreadleTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An {@code AsyncExitStack} is a try-with-resources in a task, as close() may await. */
class ExitStackTest {
  private final List<String> log = new ArrayList<>();

  private final class Resource implements AutoCloseable {
    private final String name;
    private final boolean fails;

    Resource(String name, boolean fails) {
      this.name = name;
      this.fails = fails;
    }

    @Override
    public void close() throws IOException {
      sleep(Duration.ofSeconds(1));
      log.add(name);
      if (fails) {
        throw new IOException(name);
      }
    }
  }

  @Ports(
      value = "test_contextlib_async.TestAsyncExitStack.test_async_exit_exception_chaining",
      differs =
          "as in all of Java the body's failure comes out, and those of the clean-up are in it")
  @TreadleTest
  void shouldLoseNoFailureWhenSeveralClosesAwaitAndFail(Loop loop) {
    IllegalStateException body = new IllegalStateException("body");
    assertThatThrownBy(
            () -> {
              try (Resource a = new Resource("a", true);
                  Resource b = new Resource("b", false);
                  Resource c = new Resource("c", true)) {
                assertThat(List.of(a, b, c)).doesNotContainNull();
                throw body;
              }
            })
        .isSameAs(body);
    assertThat(body.getSuppressed()).extracting(Throwable::getMessage).containsExactly("c", "a");
    assertThat(log).containsExactly("c", "b", "a");
    assertThat(loop.time()).isEqualTo(Duration.ofSeconds(3));
  }
}
