package dev.treadle.benchmarks.io;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server to be measured: a process of its own.
 *
 * @param title as the table has it
 * @param command what starts it
 * @param warmMillis how long it is under load before it is measured
 * @param missing what is not installed, or null when it can be started
 */
record Contender(String title, List<String> command, int warmMillis, @Nullable String missing) {
  Contender {
    command = List.copyOf(command);
  }
}
