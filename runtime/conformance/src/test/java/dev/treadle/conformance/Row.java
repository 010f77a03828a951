package dev.treadle.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A test that is to be ported, as listed in {@code rows.txt}.
 *
 * @param notApplicable why there is nothing to port, or null
 */
record Row(
    String group, String id, boolean starred, String protects, @Nullable String notApplicable) {
  private static final Pattern LINE =
      Pattern.compile("([*-]) (\\S+) \\| ([^|]+?)(?: \\| not applicable: (.+))?");

  /** All of them, in order. */
  static List<Row> all() {
    try (InputStream in = Objects.requireNonNull(Row.class.getResourceAsStream("rows.txt"));
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return parse(lines.lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Row> parse(List<String> lines) {
    List<Row> rows = new ArrayList<>();
    String group = "";
    for (String line : lines) {
      Matcher row = LINE.matcher(line);
      if (row.matches()) {
        rows.add(
            new Row(group, row.group(2), row.group(1).equals("*"), row.group(3), row.group(4)));
      } else if (line.matches("[A-Z]\\. .+")) {
        group = line;
      } else if (!line.isBlank() && !line.startsWith("#")) {
        throw new IllegalArgumentException(
            "row not understood: line=" + line + "; write '* id | what it protects'");
      }
    }
    return rows;
  }
}
