package dev.treadle.offload;

/** The system's signals, as exit statuses and names. */
final class Signals {
  static final int KILL = 9;

  /** The JDK reports the end by a signal as an exit code of that and the number. */
  private static final int BASE = 128;

  private static final int MOST = 31;

  private static final String[] NAMES = {
    "", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE",
    "SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM"
  };

  private Signals() {}

  /** The signal an exit code stands for, or 0. */
  static int of(int exitCode) {
    int signal = exitCode - BASE;
    return signal > 0 && signal <= MOST ? signal : 0;
  }

  static String name(int signal) {
    return signal > 0 && signal < NAMES.length ? NAMES[signal] : "signal " + signal;
  }
}
