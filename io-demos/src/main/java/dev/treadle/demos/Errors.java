package dev.treadle.demos;

import dev.treadle.TaskGroupException;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells a mistake of the user's in one line: what failed, where, what to do. */
final class Errors implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private static final int USAGE = 2;
  private static final int INTERRUPTED = 130;

  private final Terminal terminal;

  Errors(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int handleParseException(ParameterException mistake, String[] arguments) {
    return tell(line(mistake));
  }

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, @Nullable ParseResult parsed) throws Exception {
    if (failure instanceof CancellationException) {
      // The runtime itself exits with it after Ctrl-C; here somebody else has ended the loop.
      return INTERRUPTED;
    }
    UserError mistake = mistake(failure);
    if (mistake == null) {
      throw failure;
    }
    return tell(String.valueOf(mistake.getMessage()));
  }

  private int tell(String line) {
    terminal.err().println(line);
    terminal.err().flush();
    return USAGE;
  }

  /** The mistake behind a failure; from a group, the first of its failures that is one. */
  private static @Nullable UserError mistake(@Nullable Throwable failure) {
    if (failure instanceof UserError found) {
      return found;
    }
    if (failure instanceof TaskGroupException several) {
      for (Throwable cause : several.causes()) {
        UserError found = mistake(cause);
        if (found != null) {
          return found;
        }
      }
    }
    return failure == null ? null : mistake(failure.getCause());
  }

  private static String line(ParameterException mistake) {
    String help =
        "; see '" + mistake.getCommandLine().getCommandSpec().qualifiedName() + " --help'";
    if (mistake instanceof UnmatchedArgumentException unmatched) {
      return "unknown argument: argument=" + unmatched.getUnmatched().getFirst() + help;
    }
    if (mistake instanceof MissingParameterException missing
        && missing.getMissing().getFirst() instanceof OptionSpec option) {
      return "option without a value: option=" + option.longestName() + help;
    }
    if (mistake instanceof OverwrittenOptionException twice) {
      return "option given twice: option="
          + ((OptionSpec) twice.getOverwritten()).longestName()
          + "; give it once";
    }
    if (mistake.getArgSpec() instanceof OptionSpec option && mistake.getValue() != null) {
      String remedy =
          mistake.getCause() instanceof TypeConversionException cause
              ? "; " + cause.getMessage()
              : help;
      return "bad value: " + option.longestName() + "=" + mistake.getValue() + remedy;
    }
    return firstLine(mistake) + help;
  }

  private static String firstLine(Exception mistake) {
    return String.valueOf(mistake.getMessage()).lines().findFirst().orElse("bad command line");
  }
}
