package dev.treadle.demos;

import static dev.treadle.Treadle.await;

import dev.treadle.http.HttpException;
import dev.treadle.http.Request;
import dev.treadle.http.Response;
import dev.treadle.offload.OffloadExecutor;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerRoutes;

/** Two pages: one that takes a processor for a while, and one that takes nothing. */
final class OffloadSite {
  private final OffloadExecutor executor;
  private final Visits visits = new Visits();

  /** Computes there; a client that goes away ends the computation of its own. */
  OffloadSite(OffloadExecutor executor) {
    this.executor = executor;
  }

  void route(HttpServerRoutes routes) {
    visits.get(routes, "/factor", this::factor);
    visits.get(routes, "/ping", (request, response) -> text(response, "pong"));
  }

  /** How many there were. */
  long requests() {
    return visits.requests();
  }

  private void factor(Request request, Response response) {
    long number = number(request.query("n"));
    List<Long> factors = await(executor.submit(Arithmetic.factoring(number)));
    text(
        response,
        number + " = " + factors.stream().map(String::valueOf).collect(Collectors.joining(" * ")));
  }

  private static long number(@Nullable String text) {
    try {
      long number = Long.parseLong(String.valueOf(text));
      if (number >= 2) {
        return number;
      }
    } catch (NumberFormatException notOne) {
      // Refused below, like what is too small.
    }
    throw new HttpException(
        400, "bad value: n=" + text + "; give a whole number from 2 to " + Long.MAX_VALUE + "\n");
  }

  private static void text(Response response, String line) {
    response.header("content-type", "text/plain; charset=utf-8");
    response.send(line + "\n");
  }
}
