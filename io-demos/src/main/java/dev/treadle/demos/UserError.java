package dev.treadle.demos;

import java.io.Serial;

/** A mistake of the user's, told in one line without a stack trace; ends the program with 2. */
final class UserError extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  UserError(String line) {
    super(line, null, false, false);
  }
}
