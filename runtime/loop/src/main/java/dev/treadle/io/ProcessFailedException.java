package dev.treadle.io;

import java.io.Serial;

/**
 * A child process has ended with another exit code than zero: Python's {@code CalledProcessError}.
 */
public final class ProcessFailedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private static final int MOST_SHOWN = 500;

  private final transient CompletedProcess process;

  ProcessFailedException(CompletedProcess process) {
    super(
        "process failed: command="
            + process.command().getFirst()
            + " exitCode="
            + process.exitCode()
            + " stderr='"
            + end(process.errorOutput().strip())
            + "'");
    this.process = process;
  }

  /** What it wrote last is why it ended. */
  private static String end(String text) {
    return text.length() <= MOST_SHOWN ? text : "..." + text.substring(text.length() - MOST_SHOWN);
  }

  /** The process, with all it has written. */
  public CompletedProcess process() {
    return process;
  }
}
