package dev.treadle.io;

import static dev.treadle.Treadle.run;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.Task;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Leaks.class)
@Timeout(120)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no signals")
class SubprocessSignalTest {
  @Test
  void shouldSendASignalThatTheChildHandles() {
    run(
        () -> {
          String script =
              "trap 'echo usr2' USR2; trap 'echo usr1; exit 7' USR1; echo ready;"
                  + " while :; do sleep 0.01; done";
          try (Subprocess child = Subprocess.start("sh", "-c", script)) {
            assertThat(child.stdout().readLine()).isEqualTo("ready");
            for (String signal : List.of("USR2", "USR1")) {
              child.signal(signal);
              assertThat(child.stdout().readLine()).isEqualTo(signal.toLowerCase(Locale.ROOT));
            }
            assertThat(child.waitFor()).isEqualTo(7);
          }
        });
  }

  @Test
  void shouldEndAChildThatDoesNotHandleTheSignalAlsoInACancelledScope() {
    run(
        () -> {
          try (Subprocess child = Subprocess.start("sleep", "100")) {
            Task<?> cancelled =
                spawn(
                    () -> {
                      try {
                        child.waitFor();
                      } finally {
                        child.signal("ALRM");
                      }
                    });
            yieldNow();
            cancelled.cancel();
            assertThat(child.waitFor()).isEqualTo(128 + 14);
          }
        });
  }

  @Test
  void shouldDoNothingWhenTheChildHasEnded() {
    run(
        () -> {
          try (Subprocess child = Subprocess.start("true")) {
            child.waitFor();
            child.signal("USR1");
            assertThat(child.exitCode()).hasValue(0);
          }
        });
  }

  @Test
  void shouldRefuseWhatIsNoSignalAndWhoIsNoTask() {
    Subprocess[] kept = new Subprocess[1];
    run(
        () -> {
          try (Subprocess child = Subprocess.start("sleep", "100")) {
            kept[0] = child;
            assertThatIllegalArgumentException()
                .isThrownBy(() -> child.signal("NONSENSE"))
                .withMessage(
                    "no such signal: signal=NONSENSE; give a name that kill -l lists, without SIG,"
                        + " such as INT");
            assertThat(child.isAlive()).isTrue();
          }
        });
    assertThatIllegalStateException().isThrownBy(() -> kept[0].signal("USR1"));
  }
}
