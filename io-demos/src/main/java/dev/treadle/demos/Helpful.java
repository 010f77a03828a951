package dev.treadle.demos;

import picocli.CommandLine.Option;

/** The option every command has. */
abstract class Helpful {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this and exit.")
  private boolean help;
}
