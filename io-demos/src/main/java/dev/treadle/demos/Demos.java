package dev.treadle.demos;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The demo program: coroutines on one thread and what they hand to others, to be watched. */
@Command(
    name = "demo",
    description = "Shows coroutines at work on one thread.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "'demo COMMAND --help' tells the options of a command."})
final class Demos extends Helpful implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it.
  private CommandSpec spec;

  private Demos() {}

  /** Runs a command and exits with its code: 0, or 1 or 2 after explanation in lines. */
  public static void main(String[] arguments) {
    System.exit(run(Terminal.system(), arguments));
  }

  /** Runs a command and gives its exit code. */
  static int run(Terminal terminal, String... arguments) {
    CommandLine commands = new CommandLine(new Demos());
    commands.addSubcommand(new DisplayDate(terminal));
    commands.addSubcommand(new ProducerConsumer(terminal));
    commands.addSubcommand(new Generators(terminal));
    commands.addSubcommand(new Blocking(terminal));
    commands.addSubcommand(new ProcessInfo(terminal));
    commands.addSubcommand(new Echo(terminal));
    commands.addSubcommand(new WebDemo(terminal));
    commands.addSubcommand(new Fetch(terminal));
    commands.addSubcommand(new Primes(terminal));
    commands.addSubcommand(new Counter(terminal));
    commands.addSubcommand(new PoolMap(terminal));
    commands.addSubcommand(new Futures(terminal));
    commands.addSubcommand(new Threads(terminal));
    commands.addSubcommand(new OffloadHttp(terminal));
    Errors errors = new Errors(terminal);
    commands.setParameterExceptionHandler(errors);
    commands.setExecutionExceptionHandler(errors);
    commands.setOut(new java.io.PrintWriter(terminal.out(), true));
    return commands.execute(arguments);
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "no command: give one of " + spec.subcommands().keySet());
  }
}
