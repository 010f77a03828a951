package dev.treadle.benchmarks.io;

import java.io.IOException;
import java.time.Duration;

/** The load of {@link EchoClient}. */
final class EchoLoad implements Load {
  private static final Duration MORE = Duration.ofSeconds(15);

  private final Child client;
  private final int connections;

  EchoLoad(Child client, int connections) {
    this.client = client;
    this.connections = connections;
  }

  @Override
  public Sample measure(Server server, int warmMillis, int millis)
      throws IOException, InterruptedException {
    String command =
        "load %d %d %d %d %d"
            .formatted(server.port(), server.pid(), connections, warmMillis, millis);
    return sample(new Fields(client.ask(command, MORE.plusMillis(warmMillis + millis))));
  }

  static Sample sample(Fields answer) {
    double nanos = answer.number("nanos");
    return new Sample(
        answer.number("requests") / nanos * 1e9,
        answer.number("p99"),
        answer.number("serverCpu") / nanos,
        answer.number("clientCpu") / nanos);
  }
}
