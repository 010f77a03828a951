package dev.treadle.http;

/**
 * Answers requests, in plain sequential code: what {@link Http#handler} makes a task of. It may
 * await; other requests are answered meanwhile, on the same thread.
 */
@FunctionalInterface
public interface HttpHandler {
  /**
   * Answers one request. When it returns without having sent anything, an empty response goes out
   * with the status and headers it has set.
   *
   * @throws HttpException to answer with that status
   * @throws Exception anything else is answered with 500, and reported with its trace; a {@link
   *     dev.treadle.DeadlineExceededException} with 503
   */
  void handle(Request request, Response response) throws Exception;
}
