package dev.treadle.io;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** A child process that has ended, and what it has written: Python's {@code CompletedProcess}. */
public final class CompletedProcess {
  private final List<String> command;
  private final int exitCode;
  private final byte[] stdout;
  private final byte[] stderr;

  CompletedProcess(List<String> command, int exitCode, byte[] stdout, byte[] stderr) {
    this.command = command;
    this.exitCode = exitCode;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /** The program and its arguments. */
  public List<String> command() {
    return command;
  }

  /** Its exit code; 128 and the signal's number if a signal ended it. */
  public int exitCode() {
    return exitCode;
  }

  /** What it has written; a copy. */
  public byte[] stdout() {
    return stdout.clone();
  }

  /** What it has written to its standard error; a copy. */
  public byte[] stderr() {
    return stderr.clone();
  }

  /** What it has written, as UTF-8. */
  public String output() {
    return new String(stdout, StandardCharsets.UTF_8);
  }

  /** What it has written to its standard error, as UTF-8. */
  public String errorOutput() {
    return new String(stderr, StandardCharsets.UTF_8);
  }

  /**
   * This, if the exit code is zero.
   *
   * @throws ProcessFailedException if not
   */
  public CompletedProcess check() {
    if (exitCode != 0) {
      throw new ProcessFailedException(this);
    }
    return this;
  }

  @Override
  public String toString() {
    return "CompletedProcess["
        + command.getFirst()
        + " exitCode="
        + exitCode
        + " stdout="
        + stdout.length
        + " bytes, stderr="
        + stderr.length
        + " bytes]";
  }
}
