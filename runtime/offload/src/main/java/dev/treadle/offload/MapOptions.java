package dev.treadle.offload;

/**
 * How a map is to be done. Immutable; any thread.
 *
 * @param ordered whether results come in the order of the arguments, or as they are there
 * @param inFlight how many arguments may be under way at most; 0: a few for each worker
 * @param chunk how many arguments go together; 0: by measurement
 * @param each how each chunk is called
 */
public record MapOptions(boolean ordered, int inFlight, int chunk, CallOptions each) {
  /** In order, sized by measurement. */
  public static final MapOptions DEFAULT = new MapOptions(true, 0, 0, CallOptions.DEFAULT);
}
