package dev.treadle.io;

import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;

import dev.treadle.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * The program of {@link AcceptStormTest}: an echo of lines that prints where it listens, what it
 * logs, and what it has left when it is told to stop.
 */
final class AcceptStorm {
  // Held, or its handlers would be forgotten with it.
  private static final Logger LOG = Logger.getLogger("dev.treadle.io.Server");

  private static final List<Server> SERVERS = new ArrayList<>();

  private AcceptStorm() {}

  public static void main(String[] args) {
    LOG.setUseParentHandlers(false);
    LOG.addHandler(new Printer());
    Loop.builder().run(AcceptStorm::serve);
  }

  private static void serve() {
    int tasks = Loop.current().tasks().size();
    Server server = Net.listen(Loopback.ANY, AcceptStorm::answer);
    SERVERS.add(server);
    // What is loaded now needs no file later.
    try (Connection first = Net.connect(server.localAddress())) {
      first.writer().write("first\n");
      first.reader().readLine();
    }
    while (!server.connections().isEmpty()) {
      yieldNow();
    }
    System.out.println("listening " + Loopback.address(server).getPort());
    server.join();
    System.out.println("tasks " + (Loop.current().tasks().size() - tasks));
  }

  private static void answer(Connection connection) {
    for (String line : connection.reader().lines()) {
      if (line.equals("files")) {
        connection.writer().write(Loopback.openFiles() + "\n");
      } else if (line.equals("stop")) {
        spawn(() -> SERVERS.getFirst().close());
      } else {
        connection.writer().write(line + "\n");
      }
    }
  }

  private static final class Printer extends Handler {
    @Override
    public void publish(LogRecord record) {
      System.out.println("logged " + record.getMessage() + " cause=" + record.getThrown());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
