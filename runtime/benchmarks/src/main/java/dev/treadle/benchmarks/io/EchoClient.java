package dev.treadle.benchmarks.io;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The process that loads echo servers. It lives as long as the measurement, so that it is compiled
 * and warm for each; a command a line on standard input, an answer a line on standard output:
 *
 * <ul>
 *   <li>{@code load PORT PID CONNECTIONS WARM_MILLIS MILLIS}: requests in the second time, of the
 *       server with that process id; in the first, connections come and go
 *   <li>{@code open PORT CONNECTIONS}, {@code check}, {@code close}: idle connections
 * </ul>
 */
final class EchoClient {
  /**
   * How long the connections of a warm-up last. A JVM compiles the code of a connection as a whole
   * only after hundreds of them; that of some which stay it goes on with in the middle of a loop.
   */
  private static final long BURST_MILLIS = 400;

  private @Nullable EchoConnections idle;

  public static void main(String[] args) throws IOException {
    EchoClient client = new EchoClient();
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String answer;
      try {
        answer = client.answer(line.split(" "));
      } catch (RuntimeException failure) {
        answer = "failed: " + failure.getMessage();
      }
      System.out.println(answer);
    }
  }

  private String answer(String[] words) {
    return switch (words[0]) {
      case "load" -> load(words);
      case "open" -> {
        // Those of a check that failed would count against the limit of open files.
        closeIdle();
        idle = EchoConnections.open(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
        yield "done";
      }
      case "check" -> {
        require().roundTripEach();
        yield "done";
      }
      case "close" -> {
        closeIdle();
        yield "done";
      }
      default -> "failed: no such command: " + words[0];
    };
  }

  private void closeIdle() {
    if (idle != null) {
      idle.close();
      idle = null;
    }
  }

  private EchoConnections require() {
    if (idle == null) {
      throw new IllegalStateException("nothing is open; open first");
    }
    return idle;
  }

  private static String load(String[] words) {
    long serverPid = Long.parseLong(words[2]);
    long ownPid = ProcessHandle.current().pid();
    int port = Integer.parseInt(words[1]);
    int count = Integer.parseInt(words[3]);
    long warm = Long.parseLong(words[4]);
    for (; warm >= 2 * BURST_MILLIS; warm -= BURST_MILLIS) {
      try (var passing = EchoConnections.open(port, count)) {
        passing.exchange(BURST_MILLIS * 1_000_000, new Latencies());
      }
    }
    try (var connections = EchoConnections.open(port, count)) {
      connections.exchange(warm * 1_000_000, new Latencies());
      Latencies latencies = new Latencies();
      long serverCpu = Cpu.nanosOf(serverPid);
      long clientCpu = Cpu.nanosOf(ownPid);
      long start = System.nanoTime();
      connections.exchange(Long.parseLong(words[5]) * 1_000_000, latencies);
      long nanos = System.nanoTime() - start;
      return ("requests=%d nanos=%d p50=%d p99=%d serverCpu=%d clientCpu=%d")
          .formatted(
              latencies.count(),
              nanos,
              latencies.percentile(0.5),
              latencies.percentile(0.99),
              Cpu.nanosOf(serverPid) - serverCpu,
              Cpu.nanosOf(ownPid) - clientCpu);
    }
  }
}
