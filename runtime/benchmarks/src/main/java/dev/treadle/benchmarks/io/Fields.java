package dev.treadle.benchmarks.io;

import java.util.HashMap;
import java.util.Map;

/** A line of {@code name=value} words, as the processes of a benchmark tell one another. */
public final class Fields {
  private final String line;
  private final Map<String, String> values = new HashMap<>();

  public Fields(String line) {
    this.line = line;
    for (String word : line.split(" ")) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        values.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
  }

  public long number(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalStateException("no such field: name=" + name + " line=" + line);
    }
    return Long.parseLong(value);
  }
}
