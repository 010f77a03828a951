package dev.treadle.offload.memory;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A lock between processes, found by name: Python's {@code multiprocessing.Lock}, but one that
 * survives its holder, as a robust mutex of POSIX does.
 *
 * <pre>{@code
 * try (var lock = SharedLock.create("ledger")) {
 *   try (var held = lock.acquire()) {
 *     held.deadHolder().ifPresent(pid -> mendLedger());
 *     // one at a time, in all processes
 *   }
 * }
 * }</pre>
 *
 * <p>If the process that has it dies, the next who asks gets it, and is told once: {@link
 * Permit#deadHolder()}. It is not reentrant, and not bound to a thread: what was got on one may be
 * given back on another.
 *
 * <p>All else, the order of those who wait, whose it is, and how it is sent, is as of {@link
 * SharedSemaphore}; a lock is one with a single permit. Any thread.
 */
public final class SharedLock implements AutoCloseable, Serializable {
  private static final long serialVersionUID = 1;
  private static final String WHAT = "a shared lock";
  private static final ConcurrentHashMap<String, SharedLock> ATTACHED = new ConcurrentHashMap<>();

  private final transient Permits permits;

  private SharedLock(Permits permits) {
    this.permits = permits;
  }

  /**
   * Makes one with a name of its own.
   *
   * @throws java.io.UncheckedIOException if the system refuses
   * @throws UnsupportedOperationException on Windows and macOS
   */
  public static SharedLock create() {
    Os.here().requireSemaphores(WHAT);
    return make(Names.generate());
  }

  /**
   * The same with a name to find it by.
   *
   * @throws java.io.UncheckedIOException also if there is one of that name; its cause is then a
   *     {@link java.nio.file.FileAlreadyExistsException}
   */
  public static SharedLock create(String name) {
    Os.here().requireSemaphores(WHAT);
    return make(Names.checkNew(name));
  }

  private static SharedLock make(String name) {
    return new SharedLock(Permits.create(WHAT, name, ByName.Kind.LOCK, 1));
  }

  /**
   * Opens one that this class has created in some process.
   *
   * @throws java.io.UncheckedIOException if there is none; the cause is then a {@link
   *     java.nio.file.NoSuchFileException}
   * @throws IllegalStateException if it is a semaphore, or of a container that counts its pids by
   *     itself
   * @throws UnsupportedOperationException on Windows and macOS
   */
  public static SharedLock open(String name) {
    Os.here().requireSemaphores(WHAT);
    return new SharedLock(Permits.open(WHAT, Names.check(name), ByName.Kind.LOCK));
  }

  static SharedLock attach(String name) {
    return Objects.requireNonNull(
        ATTACHED.compute(
            name, (key, known) -> known != null && known.permits.isCurrent() ? known : open(name)));
  }

  /** What others open it by. */
  public String name() {
    return permits.name();
  }

  /**
   * Gets the lock; suspends the task, or blocks the thread, while another has it.
   *
   * @throws dev.treadle.Cancelled if the task's scope is cancelled; it has not got it then
   * @throws java.util.concurrent.CompletionException if the thread is interrupted; it stays so
   * @throws IllegalStateException when this is closed, also meanwhile; or in a callback of a loop
   */
  public Permit acquire() {
    return Objects.requireNonNull(permits.acquire(Long.MAX_VALUE));
  }

  /** Gets the lock if nobody has it; null otherwise. Does not wait, also on a loop. */
  public @Nullable Permit tryAcquire() {
    return permits.tryAcquire();
  }

  /** As {@link #acquire()}, but not for longer than so, in real time; null if it was not to be. */
  public @Nullable Permit tryAcquire(Duration timeout) {
    return permits.acquire(Nanos.of(timeout));
  }

  /** The pid of the process that has it now. */
  public OptionalLong holder() {
    long[] holders = permits.holders();
    return holders.length == 0 ? OptionalLong.empty() : OptionalLong.of(holders[0]);
  }

  /** Removes the name; those who have it go on with it. Anybody may. */
  public void unlink() {
    permits.unlink();
  }

  /**
   * Gives the lock back if it was got through this and is still held, and closes it; the owner's
   * also removes the name. Waits for nothing: who waits for the lock through this gets an {@link
   * IllegalStateException}. Does nothing the second time.
   */
  @Override
  public void close() {
    permits.close();
  }

  private Object writeReplace() {
    return new ByName(ByName.Kind.LOCK, name());
  }

  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("a shared lock is sent by name");
  }

  @Override
  public String toString() {
    return "SharedLock[" + permits + "]";
  }
}
