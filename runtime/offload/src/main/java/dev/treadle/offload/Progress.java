package dev.treadle.offload;

/**
 * How far a step is.
 *
 * @param done how much is done
 * @param total of how much; 0 when that is not known
 * @param message what it does; may be empty
 */
public record Progress(long done, long total, String message) {}
