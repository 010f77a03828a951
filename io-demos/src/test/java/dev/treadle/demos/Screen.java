package dev.treadle.demos;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a terminal shows after a text, as far as the bars' few control sequences go. */
final class Screen {
  private static final Pattern PART =
      Pattern.compile("\033\\[(\\??\\d*)([A-Za-z])|\r|\n|[^\033\r\n]+");

  private Screen() {}

  /** The lines on it; those that are left empty at the end do not count. */
  static List<String> after(String text) {
    List<String> lines = new ArrayList<>(List.of(""));
    int row = 0;
    int column = 0;
    Matcher part = PART.matcher(text);
    for (int at = 0; at < text.length(); at = part.end()) {
      if (!part.find(at) || part.start() != at) {
        throw new AssertionError("not understood: text=" + text.substring(at));
      }
      String line = lines.get(row);
      switch (part.group().charAt(0)) {
        case '\n' -> {
          row++;
          column = 0;
          if (row == lines.size()) {
            lines.add("");
          }
        }
        case '\r' -> column = 0;
        case '\033' -> {
          switch (part.group(2)) {
            case "A" -> row -= Integer.parseInt(part.group(1));
            case "K" -> lines.set(row, line.substring(0, Math.min(column, line.length())));
            case "J" -> {
              lines.subList(row + 1, lines.size()).clear();
              lines.set(row, line.substring(0, Math.min(column, line.length())));
            }
            default -> {
              // Wrapping on and off.
            }
          }
        }
        default -> {
          String written = part.group();
          int end = column + written.length();
          lines.set(
              row,
              line.substring(0, Math.min(column, line.length()))
                  + written
                  + (end < line.length() ? line.substring(end) : ""));
          column = end;
        }
      }
    }
    while (!lines.isEmpty() && lines.getLast().isEmpty()) {
      lines.removeLast();
    }
    return lines.stream().map(String::stripTrailing).toList();
  }
}
