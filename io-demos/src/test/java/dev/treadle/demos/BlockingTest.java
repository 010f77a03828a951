package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BlockingTest {
  @Test
  void shouldReportTheBlockingCallAndThenShowItRepairedWhenRun() {
    Ran ran = Ran.demo("blocking", "--virtual");

    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out())
        .startsWith("# A handler that calls Thread.sleep\nrequest failed\n")
        .contains(
            "blocking call on the event loop: call=java.lang.Thread.sleep task=request-1"
                + " at=dev.treadle.demos.Blocking.handleBlocking(Blocking.java:",
            "; use Treadle.sleep(duration)")
        .endsWith(
            """
            # The handler repaired: the other task goes on while it sleeps
            tick 1
            tick 2
            request handled
            """);
  }
}
