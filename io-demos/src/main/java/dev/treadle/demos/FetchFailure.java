package dev.treadle.demos;

import java.io.Serial;

/** Why one download failed, in one line; the others go on. */
final class FetchFailure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /** For the URL; the reason names what failed and says what to do. */
  FetchFailure(String url, String reason) {
    super("not fetched: url=" + url + " " + reason, null, false, false);
  }
}
