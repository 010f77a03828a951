package dev.treadle.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The page that carries the results between two marks, in the midst of what people wrote. */
public final class ResultsPage {
  static final String BEGIN = "<!-- measured: from here to the end mark a program writes -->";
  static final String END = "<!-- measured: end -->";

  private final Path file;

  public ResultsPage(Path file) {
    this.file = file;
  }

  /**
   * Puts the results between the marks, in place of what was there.
   *
   * @throws IllegalStateException if the page has no such marks
   */
  public void write(String results) throws IOException {
    String page = Files.readString(file);
    int begin = page.indexOf(BEGIN);
    int end = page.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalStateException(
          "the page has no place for results: file=" + file + "; add: " + BEGIN + " " + END);
    }
    Files.writeString(
        file, page.substring(0, begin + BEGIN.length()) + "\n" + results + page.substring(end));
  }
}
