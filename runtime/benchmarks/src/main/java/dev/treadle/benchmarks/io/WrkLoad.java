package dev.treadle.benchmarks.io;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/** The load of wrk, which does not look at bodies: one request before and after each round does. */
final class WrkLoad implements Load {
  private static final Duration MORE = Duration.ofSeconds(15);

  private final Tools tools;
  private final HttpClient http = HttpClient.newHttpClient();
  private final int connections;

  WrkLoad(Tools tools, int connections) {
    this.tools = tools;
    this.connections = connections;
  }

  @Override
  public Sample measure(Server server, int warmMillis, int millis)
      throws IOException, InterruptedException {
    requireHello(server);
    if (warmMillis >= 1000) {
      // A JVM that has only begun to compile takes more than wrk's two seconds for the first
      // requests
      // of some hundred connections: all come at once, to one core.
      run(server, warmMillis, new WrkReport(true));
    }
    Sample sample = run(server, millis, new WrkReport(false));
    requireHello(server);
    return sample;
  }

  /** In whole seconds, as wrk counts. */
  private Sample run(Server server, int millis, WrkReport report)
      throws IOException, InterruptedException {
    long seconds = Math.max(1, Math.round(millis / 1000.0));
    List<String> command =
        tools.onClientCore(
            List.of(
                "wrk",
                "--threads=1",
                "--connections=" + connections,
                "--duration=" + seconds + "s",
                "--latency",
                uri(server).toString()));
    long cpu = Cpu.nanosOf(server.pid());
    long start = System.nanoTime();
    try (Child wrk = new Child("wrk", command)) {
      long clientCpu = 0;
      while (!report.isComplete()) {
        report.add(wrk.line(MORE.plusSeconds(seconds)));
        clientCpu = Math.max(clientCpu, Cpu.nanosOf(wrk.pid()));
      }
      double nanos = System.nanoTime() - start;
      return report.sample((Cpu.nanosOf(server.pid()) - cpu) / nanos, clientCpu / nanos);
    }
  }

  private void requireHello(Server server) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(uri(server)).timeout(MORE).build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200 || !response.body().equals(ReactorHttp.HELLO)) {
      throw new IOException(
          "not the reply: status=" + response.statusCode() + " body=" + response.body());
    }
  }

  private static URI uri(Server server) {
    return URI.create("http://127.0.0.1:" + server.port() + "/");
  }
}
