package dev.treadle.benchmarks.io;

import java.io.IOException;

/** What keeps a server busy and measures it. */
interface Load {
  /** Loads the server for the first time without looking, and for the second looking. */
  Sample measure(Server server, int warmMillis, int millis)
      throws IOException, InterruptedException;
}
