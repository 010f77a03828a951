package dev.treadle.benchmarks.io;

import java.io.IOException;
import java.time.Duration;

/** A contender that runs. */
final class Server implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(1);
  private static final Duration COLLECTION = Duration.ofMinutes(1);

  private final Contender contender;
  private final Child process;
  private final int port;

  private Server(Contender contender, Child process, int port) {
    this.contender = contender;
    this.process = process;
    this.port = port;
  }

  /** Starts it and waits until it serves. */
  static Server start(Contender contender) throws IOException, InterruptedException {
    Child process = new Child(contender.title(), contender.command());
    try {
      int port = (int) new Fields(process.line(START)).number("port");
      return new Server(contender, process, port);
    } catch (IOException | InterruptedException | RuntimeException failure) {
      process.close();
      throw failure;
    }
  }

  Contender contender() {
    return contender;
  }

  int port() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  /** What it keeps reachable, heap and direct. */
  long usedBytes() throws IOException, InterruptedException {
    return new Fields(process.ask("bytes", COLLECTION)).number("bytes");
  }

  @Override
  public void close() {
    process.close();
  }
}
