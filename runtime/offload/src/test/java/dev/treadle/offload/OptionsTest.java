package dev.treadle.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OptionsTest {
  @Test
  void shouldChangeOneThingOfACallAtATime() {
    Duration second = Duration.ofSeconds(1);
    assertThat(CallOptions.DEFAULT.named("a").timeout(second).idempotent(2))
        .isEqualTo(new CallOptions("a", second, 2));
    assertThat(CallOptions.DEFAULT).isEqualTo(new CallOptions(null, null, 0));
  }

  @Test
  void shouldRefuseWhatNoCallCanKeep() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CallOptions.DEFAULT.timeout(Duration.ZERO))
        .withMessage(
            "a call's time limit must be positive: timeout=PT0S; leave it out for a call that may"
                + " take as long as it likes");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CallOptions.DEFAULT.idempotent(-1))
        .withMessage(
            "a call cannot be retried a negative number of times: retries=-1; give 0 for a step"
                + " that must not be done twice");
  }

  @Test
  void shouldChangeOneThingOfAMapAtATime() {
    Duration second = Duration.ofSeconds(1);
    CallOptions each = CallOptions.DEFAULT.named("a");
    assertThat(MapOptions.DEFAULT.unordered().inFlight(8).chunk(4).timeout(second).each(each))
        .isEqualTo(new MapOptions(false, 8, 4, second, each));
  }

  @Test
  void shouldRefuseWhatNoMapCanKeep() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MapOptions.DEFAULT.inFlight(-1))
        .withMessage(
            "a map cannot have a negative number of arguments under way: inFlight=-1 chunk=0; give"
                + " 0 for what is measured");
    assertThatIllegalArgumentException().isThrownBy(() -> MapOptions.DEFAULT.chunk(-1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MapOptions.DEFAULT.inFlight(3).chunk(4))
        .withMessage(
            "a map's chunk is more than may be in flight: chunk=4 inFlight=3; make the chunk"
                + " smaller, or inFlight larger");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MapOptions.DEFAULT.timeout(Duration.ofSeconds(-1)))
        .withMessage(
            "a map's time limit must be positive: timeout=PT-1S; leave it out for a map that may"
                + " take as long as it likes");
  }
}
