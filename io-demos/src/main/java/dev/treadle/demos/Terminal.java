package dev.treadle.demos;

import java.io.Console;
import java.io.InputStream;
import java.io.PrintStream;

/**
 * The three standard streams as a command sees them, so that a test can give it others.
 *
 * @param errorIsTerminal whether somebody watches {@code err}: progress is shown only then
 */
record Terminal(InputStream in, PrintStream out, PrintStream err, boolean errorIsTerminal) {
  /**
   * Says whether standard error is a terminal. The JDK can only tell for input and output together,
   * so the start script looks itself.
   */
  private static final String PROPERTY = "treadle.demos.stderr-is-terminal";

  /** How large the terminal is, as the start script sees it. */
  private static final String ROWS = "treadle.demos.rows";

  private static final String COLUMNS = "treadle.demos.columns";

  /** The program's own streams. */
  static Terminal system() {
    return new Terminal(System.in, System.out, System.err, isErrorTerminal());
  }

  private static boolean isErrorTerminal() {
    if ("dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    String told = System.getProperty(PROPERTY);
    if (told != null) {
      return Boolean.parseBoolean(told);
    }
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** Shows downloads where somebody watches them, or tells of them in lines. */
  FetchView fetchView() {
    return errorIsTerminal
        ? new FetchBars(err, told(ROWS, 24), told(COLUMNS, 80))
        : new FetchLines(this);
  }

  /** A terminal that does not know its size says 0. */
  private static int told(String property, int otherwise) {
    int size = Integer.getInteger(property, 0);
    return size > 0 ? size : otherwise;
  }

  /**
   * Prints a line at once.
   *
   * @throws UserError if nobody reads any more, as behind {@code | head}
   */
  void println(String line) {
    out.println(line);
    if (out.checkError()) {
      throw new UserError("cannot write: file=standard output; keep its reader open");
    }
  }
}
