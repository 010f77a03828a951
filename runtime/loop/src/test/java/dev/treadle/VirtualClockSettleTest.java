package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting for the others to wait. */
@Timeout(60)
class VirtualClockSettleTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final VirtualClock clock = new VirtualClock();
  private final List<String> events = new ArrayList<>();

  private void run(Action<Exception> body) {
    Loop.builder().clock(clock).run(body);
  }

  @Test
  void shouldReturnToAllWhoWaitForIt() {
    run(
        () -> {
          Task<?> other = spawn(clock::settle);
          clock.settle();
          await(other);
        });
  }

  @Test
  void shouldReturnWhenTheOthersWaitForAThreadOrForOneAnother() {
    run(
        () -> {
          Task<?> stuck = spawn(() -> await(new Deferred<String>()));
          try (Hold hold = Loop.current().hold("a thread's work")) {
            assertThat(hold).isNotNull();
            clock.settle();
          }
          stuck.cancel();
        });
  }

  @Test
  void shouldWaitForWhatIsUnderWayBetweenChannels() {
    for (int n = 0; n < 20; n++) {
      VirtualClock own = new VirtualClock();
      Link.run(
          Loop.builder().clock(own),
          () -> {
            Link server = Link.listen();
            Link client = Link.connect(server.address());
            Link accepted = server.accepted.take();
            client.send(1);
            own.settle();
            assertThat(accepted.received.poll()).isEqualTo(1);
          });
    }
  }

  @Test
  void shouldBeLeftWhenCancelled() {
    run(
        () -> {
          Task<?> never =
              spawn(
                  () -> {
                    clock.advanceUntilIdle();
                    events.add("not reached");
                  });
          spawn(
              () -> {
                while (!never.isDone()) {
                  sleep(SECOND);
                }
              });
          sleep(SECOND.multipliedBy(5));
          never.cancel();
        });
    assertThat(events).isEmpty();
  }

  @Test
  void shouldRefuseWhoIsNoTaskOfItsLoop() {
    assertThatIllegalStateException().isThrownBy(clock::settle).withMessageContaining("settle()");
    assertThatIllegalStateException()
        .isThrownBy(() -> Virtually.run(clock::advanceUntilIdle))
        .withMessageStartingWith("advanceUntilIdle() of another loop's clock: loop=loop; ");
  }
}
