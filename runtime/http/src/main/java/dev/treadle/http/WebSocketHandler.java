package dev.treadle.http;

/**
 * Talks over a WebSocket, in plain sequential code: what {@link Http#webSocket} makes a task of.
 */
@FunctionalInterface
public interface WebSocketHandler {
  /**
   * Talks. When it returns the connection is closed with status 1000.
   *
   * @throws Exception whatever it throws is reported with its trace, and the connection closed with
   *     status 1011
   */
  void handle(WebSocket socket) throws Exception;
}
