package dev.treadle.io;

/** What a {@link Server} does with a connection. */
@FunctionalInterface
public interface ConnectionHandler {
  /**
   * Talks to one peer; runs as a task of its own. When it returns or throws, the connection is
   * closed, as by {@link Connection#close()}.
   *
   * @throws Exception ends this connection alone, and is reported once to the loop's failure
   *     handler; not where it says that this very peer is gone
   */
  void handle(Connection connection) throws Exception;
}
