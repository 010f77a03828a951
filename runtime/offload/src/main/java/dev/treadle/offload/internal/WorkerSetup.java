package dev.treadle.offload.internal;

import java.nio.file.Path;
import java.util.List;

/**
 * What a worker has to know; the parent writes it to the worker's standard input, which it then
 * keeps open: its end is the parent's end, and the worker's.
 *
 * @param secret what HELLO has to carry
 * @param socket where the parent listens
 * @param board its board
 * @param number which of the pool's workers it is, from 1 on; its segments begin with {@link
 *     #prefix}
 * @param segments where large values go, the best first
 * @param threshold from which size on, in bytes
 * @param filter the pattern of an ObjectInputFilter for what it reads; empty for the default
 * @param cleanup what to delete, with all in it, when the parent is gone
 */
@SuppressWarnings("ArrayRecordComponent")
public record WorkerSetup(
    byte[] secret,
    Path socket,
    Path board,
    int number,
    List<Path> segments,
    int threshold,
    String filter,
    List<Path> cleanup) {
  /** What the names of that worker's segments begin with. */
  public static String prefix(int number) {
    return "w" + number + "-";
  }

  /** For the worker's standard input. */
  public byte[] toBytes() {
    throw new UnsupportedOperationException();
  }
}
