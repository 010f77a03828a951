package dev.treadle.demos;

import dev.treadle.http.Http;
import dev.treadle.http.HttpHandler;
import reactor.netty.http.server.HttpServerRoutes;

/** Counts the requests for a site's pages. Confined to the loop of the site. */
final class Visits {
  private long requests;

  /** Adds a page whose requests count. */
  void get(HttpServerRoutes routes, String path, HttpHandler handler) {
    routes.get(
        path,
        Http.handler(
            (request, response) -> {
              requests++;
              handler.handle(request, response);
            }));
  }

  /** How many there were. */
  long requests() {
    return requests;
  }
}
