package dev.treadle.testing;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Collects {@link Violation}s until it is closed; made by {@link BlockingGuard#record()}. To be
 * closed on the thread that opened it; everything else: any thread.
 */
public final class Recording implements AutoCloseable {
  private static final Set<Recording> OPEN = ConcurrentHashMap.newKeySet();

  /** Inherited, so that a loop's own thread reports to the test that started it. */
  private static final InheritableThreadLocal<@Nullable Recording> CURRENT =
      new InheritableThreadLocal<>();

  private final List<BlockingCallError> errors = new CopyOnWriteArrayList<>();
  private final @Nullable Recording outer;

  private Recording(@Nullable Recording outer) {
    this.outer = outer;
  }

  static Recording open() {
    Recording recording = new Recording(CURRENT.get());
    OPEN.add(recording);
    CURRENT.set(recording);
    return recording;
  }

  static void add(BlockingCallError error) {
    Recording recording = CURRENT.get();
    if (recording != null && OPEN.contains(recording)) {
      recording.errors.add(error);
    } else {
      OPEN.forEach(open -> open.errors.add(error));
    }
  }

  /** What was recorded so far, oldest first. */
  public List<Violation> violations() {
    return errors.stream().map(BlockingCallError::violation).toList();
  }

  List<BlockingCallError> errors() {
    return List.copyOf(errors);
  }

  /** Ends the recording; what was recorded stays. */
  @Override
  public void close() {
    if (OPEN.remove(this) && CURRENT.get() == this) {
      if (outer == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(outer);
      }
    }
  }
}
