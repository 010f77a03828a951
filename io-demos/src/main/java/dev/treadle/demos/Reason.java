package dev.treadle.demos;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.timeout.TimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.util.Locale;

/** Why something failed, in a few words. */
final class Reason {
  private Reason() {}

  /** What the innermost cause says, without the system call that Netty puts before it. */
  static String of(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && !(root instanceof UnknownHostException)) {
      root = root.getCause();
    }
    if (root instanceof UnknownHostException) {
      return "unknown host";
    }
    if (root instanceof TimeoutException) {
      return "no answer in time";
    }
    if (root instanceof NotSslRecordException) {
      return "the server does not speak TLS";
    }
    if (root instanceof AccessDeniedException) {
      return "permission denied";
    }
    String message = root.getMessage();
    if (message == null || message.isBlank()) {
      return root.getClass().getSimpleName();
    }
    String line = message.lines().findFirst().orElseThrow();
    String words = line.replaceFirst("^.*failed with error\\(-?\\d+\\): ", "");
    return words.substring(0, 1).toLowerCase(Locale.ROOT) + words.substring(1);
  }
}
