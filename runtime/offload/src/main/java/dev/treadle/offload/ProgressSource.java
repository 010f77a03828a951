package dev.treadle.offload;

import org.jspecify.annotations.Nullable;

/** What a {@link ProgressBar} can show: a {@link Call}, or the {@link Results} of a map. */
public interface ProgressSource {
  /** What it is called. Any thread. */
  String name();

  /** How far it is, as it has last said; null before it has said anything. Any thread. */
  @Nullable Progress progress();

  /** Whether it has ended, in whatever way. Any thread. */
  boolean isDone();
}
