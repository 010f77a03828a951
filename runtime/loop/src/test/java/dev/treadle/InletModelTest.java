package dev.treadle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.InletModel.Flaw;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every interleaving of threads that hand over and a loop that ends; {@code LoopStressTest} samples
 * the code itself.
 */
class InletModelTest {
  private static final int CALLERS = 3;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldRunEachOnceOrRefuseItInEveryInterleaving(boolean always) {
    InletModel model = new InletModel(CALLERS, Flaw.NONE, always);
    assertThat(model.violation()).isNull();
    assertThat(model.states).as("states").isGreaterThan(10_000);
  }

  @ParameterizedTest
  @CsvSource({
    "NO_CLAIM, true, ran twice",
    "NO_CLAIM, false, ran though refused",
    "NO_LOOK, true, lost",
    "NO_LOOK, false, lost",
    "CLOSED_TOO_LATE, false, lost",
    "NO_LOCK, true, two actions at once",
    "WAKES_TOO_EARLY, false, sleeps on"
  })
  void shouldFindWhatIsWrongWhenTheModelIsBroken(Flaw flaw, boolean always, String violation) {
    assertThat(new InletModel(2, flaw, always).violation()).startsWith(violation + ": ");
  }

  @Test
  void shouldShowTheStepsToTheViolation() {
    assertThat(new InletModel(1, Flaw.NO_LOOK, false).violation())
        .matches("lost: .*loop:POLL .*0:ADD 0:WAKE 0:LOOK .*");
  }
}
