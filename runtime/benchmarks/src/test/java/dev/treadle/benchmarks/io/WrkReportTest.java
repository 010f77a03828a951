package dev.treadle.benchmarks.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class WrkReportTest {
  private static final String REPORT =
      """
      Running 2s test @ http://127.0.0.1:8080/
        1 threads and 50 connections
        Thread Stats   Avg      Stdev     Max   +/- Stdev
          Latency   641.55us  208.04us   6.36ms   94.31%
          Req/Sec    77.19k     3.64k   80.85k    90.00%
        Latency Distribution
           50%  617.00us
           99%    1.25ms
        153644 requests in 2.00s, 11.72MB read
      Requests/sec:  76792.09
      Transfer/sec:      5.86MB
      """;

  private final WrkReport report = new WrkReport(false);

  @Test
  void shouldReadRateAndPercentile() throws IOException {
    for (String line : REPORT.lines().toList()) {
      assertThat(report.isComplete()).isFalse();
      report.add(line);
    }

    assertThat(report.isComplete()).isTrue();
    assertThat(report.sample(0.9, 0.5)).isEqualTo(new Sample(76_792.09, 1_250_000, 0.9, 0.5));
  }

  @Test
  void shouldRefuseRepliesThatAreNotOk() {
    assertThatThrownBy(() -> report.add("  Non-2xx or 3xx responses: 17"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Non-2xx or 3xx responses: 17");
    assertThatThrownBy(() -> report.add("  Socket errors: connect 0, read 3, write 0, timeout 0"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("read 3");
  }

  @Test
  void shouldLetRepliesBeLateOnlyWhereTheyMay() throws IOException {
    String late = "  Socket errors: connect 0, read 0, write 0, timeout 153";

    assertThatThrownBy(() -> report.add(late))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("timeout 153");
    WrkReport warmUp = new WrkReport(true);
    warmUp.add(late);
    assertThatThrownBy(() -> warmUp.add("  Socket errors: connect 0, read 3, write 0, timeout 153"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("read 3");
  }
}
