package dev.treadle.offload.memory;

import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What {@link SharedSemaphore} and {@link SharedLock} give: to be given back once, by any thread of
 * the process that got it.
 */
public final class Permit implements AutoCloseable {
  private final Permits permits;
  private final int slot;
  private final long deadHolder;
  private final AtomicBoolean given = new AtomicBoolean();

  Permit(Permits permits, PermitTable.Taken taken) {
    this.permits = permits;
    this.slot = taken.slot();
    this.deadHolder = taken.deadHolder();
  }

  /**
   * The pid of a process that died with a permit, which was given back for it: told to the first
   * who gets one after that, as a robust mutex of POSIX does with {@code EOWNERDEAD}. What the lock
   * guards may have been left half done: look at it, and mend it.
   */
  public OptionalLong deadHolder() {
    return deadHolder == 0
        ? OptionalLong.empty()
        : OptionalLong.of(ProcessIdentity.pid(deadHolder));
  }

  /** Gives it back; nothing the second time, and nothing when its semaphore has been closed. */
  @Override
  public void close() {
    permits.giveBack(this);
  }

  int slot() {
    return slot;
  }

  /** True once: for the one who has to give it back. */
  boolean give() {
    return given.compareAndSet(false, true);
  }

  @Override
  public String toString() {
    return "Permit[" + permits.name() + (given.get() ? " given back" : "") + "]";
  }
}
