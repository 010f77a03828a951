package dev.treadle.offload;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a map is to be done.
 *
 * <pre>{@code
 * pool.map(Main::factors, numbers, MapOptions.DEFAULT.unordered().chunk(100));
 * }</pre>
 *
 * <p>Immutable. Any thread.
 *
 * @param ordered whether results come in the order of the arguments, or as they are there
 * @param inFlight how many arguments are at most read ahead of the results that were taken; 0: as
 *     many as keep each worker busy
 * @param chunk how many arguments go together to a worker, fewer where the source is slow or ends;
 *     0: by measurement, as many as take it some ten milliseconds
 * @param timeout how long the whole map may take, in real time, from {@code iterator()} on; then
 *     {@code next} throws {@link CallTimeoutException}; null: as long as it likes
 * @param each how each argument's step is done: its time limit is one argument's, and a chunk of
 *     ten is given ten times as long; its name is the map's; what is retried is a chunk
 */
public record MapOptions(
    boolean ordered, int inFlight, int chunk, @Nullable Duration timeout, CallOptions each) {
  /** In order, sized by measurement. */
  public static final MapOptions DEFAULT = new MapOptions(true, 0, 0, null, CallOptions.DEFAULT);

  /**
   * With all of it.
   *
   * @throws IllegalArgumentException for a negative number, a chunk larger than what may be in
   *     flight, or a limit that is not positive
   */
  public MapOptions {
    Objects.requireNonNull(each, "each");
    if (inFlight < 0 || chunk < 0) {
      throw new IllegalArgumentException(
          "a map cannot have a negative number of arguments under way: inFlight="
              + inFlight
              + " chunk="
              + chunk
              + "; give 0 for what is measured");
    }
    if (inFlight > 0 && chunk > inFlight) {
      throw new IllegalArgumentException(
          "a map's chunk is more than may be in flight: chunk="
              + chunk
              + " inFlight="
              + inFlight
              + "; make the chunk smaller, or inFlight larger");
    }
    if (timeout != null && !timeout.isPositive()) {
      throw new IllegalArgumentException(
          "a map's time limit must be positive: timeout="
              + timeout
              + "; leave it out for a map that may take as long as it likes");
    }
  }

  /** The same with results as they are there. */
  public MapOptions unordered() {
    return new MapOptions(false, inFlight, chunk, timeout, each);
  }

  /** The same with so many arguments read ahead at most. */
  public MapOptions inFlight(int most) {
    return new MapOptions(ordered, most, chunk, timeout, each);
  }

  /** The same with so many arguments in a chunk. */
  public MapOptions chunk(int size) {
    return new MapOptions(ordered, inFlight, size, timeout, each);
  }

  /** The same with a limit for the whole map. */
  public MapOptions timeout(Duration limit) {
    return new MapOptions(ordered, inFlight, chunk, Objects.requireNonNull(limit, "timeout"), each);
  }

  /** The same with that for each argument's step. */
  public MapOptions each(CallOptions options) {
    return new MapOptions(ordered, inFlight, chunk, timeout, options);
  }
}
