package dev.treadle.offload;

import java.io.Serial;

/**
 * The note that the failure of a map's step carries, as a suppressed exception, of which argument
 * it was.
 */
public final class FailedArgument extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final long first;
  private final long last;

  FailedArgument(String map, long first, long last) {
    super(
        first == last
            ? "map failed: name=" + map + " argument=" + first
            : "map failed: name=" + map + " argument=one of " + first + " to " + last,
        null,
        false,
        false);
    this.first = first;
    this.last = last;
  }

  /** The argument's index in the source, from 0; the lowest, where it is not known exactly. */
  public long index() {
    return first;
  }

  /** The same as {@link #index()}, or the highest it can be where a worker died of one of many. */
  public long lastIndex() {
    return last;
  }

  @Override
  public String toString() {
    return String.valueOf(getMessage());
  }
}
