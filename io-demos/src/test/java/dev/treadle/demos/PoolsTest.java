package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The demos of a pool that have one thing to show. */
@Timeout(120)
class PoolsTest {
  @Test
  void shouldDoubleInOtherProcessesWhenMapped() {
    Ran ran = Ran.demo("pool-map");

    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out().replaceAll("pid=\\d+", "pid=N"))
        .isEqualTo(
            """
            parent: pid=N
            1 doubled is 2: pid=N
            2 doubled is 4: pid=N
            3 doubled is 6: pid=N
            4 doubled is 8: pid=N
            5 doubled is 10: pid=N
            all: [2, 4, 6, 8, 10]
            """);
    Matcher pids = Pattern.compile("pid=(\\d+)").matcher(ran.out());
    assertThat(pids.results().map(found -> Long.valueOf(found.group(1))))
        .startsWith(ProcessHandle.current().pid())
        .filteredOn(pid -> pid == ProcessHandle.current().pid())
        .hasSize(1);
  }

  @Test
  void shouldBeDoneLaterWhenAwaited() {
    assertThat(Ran.demo("futures", "--time", "100ms"))
        .isEqualTo(new Ran(0, "false\ntrue\nResult: hello\n", ""));
  }

  @Test
  void shouldRetireWhenToldTo() {
    Ran ran = Ran.demo("threads", "--time", "0s");

    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out()).matches("(do Overwork\n)+retired\\.\\.\nworker is gone\\.\n");
  }
}
