package dev.treadle.offload.memory;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Permits that processes get and give back, found by name: Python's {@code
 * multiprocessing.Semaphore}, which hangs for ever when a holder dies; this one does not.
 *
 * <pre>{@code
 * try (var licences = SharedSemaphore.create("licences", 3)) {
 *   try (var permit = licences.acquire()) {
 *     // at most three, in all processes
 *   }
 * }
 * }</pre>
 *
 * <p><b>Waiting.</b> A task suspends, any other thread blocks. Nobody is owed a turn: among the
 * tasks that wait through one instance the first is the first; between threads and processes it is
 * chance. A permit of a process that died, however, is given back for it: by whoever waits, within
 * some 20 ms; see {@link Permit#deadHolder()}.
 *
 * <p><b>Whose it is</b>: as of {@link SharedMemory}. Captured by a step that is sent to a worker it
 * is the same semaphore there, opened once for all steps.
 *
 * <p>It is a POSIX semaphore, {@code sem_open("/" + name)}, with a table of its holders beside it.
 * Others may use it by that name; what they take and die with is lost.
 *
 * <p>Any thread. {@code create} and {@code open} ask the operating system: in a task call them in
 * {@code onThread}.
 *
 * <p>A crash in the midst of taking or giving is repaired exactly among those who use this class;
 * if a foreigner takes or posts in that very moment, one permit may be lost or added.
 */
public final class SharedSemaphore implements AutoCloseable, Serializable {
  private static final long serialVersionUID = 1;
  private static final String WHAT = "a shared semaphore";
  private static final ConcurrentHashMap<String, SharedSemaphore> ATTACHED =
      new ConcurrentHashMap<>();

  private final transient Permits permits;

  private SharedSemaphore(Permits permits) {
    this.permits = permits;
  }

  /**
   * Makes one with a name of its own.
   *
   * @param permits how many there are at first, 0 to 65536
   * @throws IllegalArgumentException if they are fewer or more
   * @throws java.io.UncheckedIOException if the system refuses
   * @throws UnsupportedOperationException on Windows and macOS
   */
  public static SharedSemaphore create(int permits) {
    Os.here().requireSemaphores(WHAT);
    return make(Names.generate(), permits);
  }

  /**
   * The same with a name to find it by.
   *
   * @throws java.io.UncheckedIOException also if there is one of that name; its cause is then a
   *     {@link java.nio.file.FileAlreadyExistsException}
   */
  public static SharedSemaphore create(String name, int permits) {
    Os.here().requireSemaphores(WHAT);
    return make(Names.checkNew(name), permits);
  }

  private static SharedSemaphore make(String name, int permits) {
    return new SharedSemaphore(Permits.create(WHAT, name, ByName.Kind.SEMAPHORE, permits));
  }

  /**
   * Opens one that this class has created in some process.
   *
   * @throws java.io.UncheckedIOException if there is none; the cause is then a {@link
   *     java.nio.file.NoSuchFileException}
   * @throws IllegalStateException if it is a lock, or of a container that counts its pids by itself
   * @throws UnsupportedOperationException on Windows and macOS
   */
  public static SharedSemaphore open(String name) {
    Os.here().requireSemaphores(WHAT);
    return new SharedSemaphore(Permits.open(WHAT, Names.check(name), ByName.Kind.SEMAPHORE));
  }

  static SharedSemaphore attach(String name) {
    return Objects.requireNonNull(
        ATTACHED.compute(
            name, (key, known) -> known != null && known.permits.isCurrent() ? known : open(name)));
  }

  /** What others open it by. */
  public String name() {
    return permits.name();
  }

  /**
   * Gets a permit; suspends the task, or blocks the thread, while there is none.
   *
   * @throws dev.treadle.Cancelled if the task's scope is cancelled; it has got no permit then
   * @throws java.util.concurrent.CompletionException if the thread is interrupted; it stays so
   * @throws IllegalStateException when this is closed, also meanwhile; or in a callback of a loop
   */
  public Permit acquire() {
    return Objects.requireNonNull(permits.acquire(Long.MAX_VALUE));
  }

  /**
   * Gets a permit if there is one; null otherwise. Does not wait, also on a loop. Null, too, if
   * somebody has been stopped in the very middle of taking or giving back.
   */
  public @Nullable Permit tryAcquire() {
    return permits.tryAcquire();
  }

  /**
   * As {@link #acquire()}, but not for longer than so; null if there was none. The time is real,
   * also on a loop with a virtual clock, as it is for the other processes.
   */
  public @Nullable Permit tryAcquire(Duration timeout) {
    return permits.acquire(Nanos.of(timeout));
  }

  /** How many can be got now without waiting; others may be faster. */
  public int availablePermits() {
    return permits.available();
  }

  /** The pids of those who hold a permit now, one for each. */
  public long[] holders() {
    return permits.holders();
  }

  /** Removes the name; those who have it go on with it. Anybody may. */
  public void unlink() {
    permits.unlink();
  }

  /**
   * Gives back what was got through this and is still held, and closes it; the owner's also removes
   * the name. Waits for nothing: who waits for a permit through this gets an {@link
   * IllegalStateException}. Does nothing the second time.
   */
  @Override
  public void close() {
    permits.close();
  }

  private Object writeReplace() {
    return new ByName(ByName.Kind.SEMAPHORE, name());
  }

  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("a shared semaphore is sent by name");
  }

  @Override
  public String toString() {
    return "SharedSemaphore[" + permits + "]";
  }
}
