package dev.treadle.offload.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Who holds which permit of a POSIX semaphore, in shared memory beside it: the semaphore alone does
 * not know, and a permit of a killed process would be lost.
 *
 * <p>A permit is taken ({@code sem_trywait}, then the holder is written into a slot) and given back
 * ({@code sem_post}, then the slot is cleared) inside a lock that is one word with the identity of
 * its owner: who finds that one dead takes the lock over. What was being done is written down
 * before, with the semaphore's value, so that the successor sees whether it had been done, and ends
 * it. Nothing inside the lock waits.
 *
 * <p>Nobody waits in the semaphore itself: between the return of {@code sem_wait} and the writing
 * of the slot a death could not be told from one just before. Waiting is on a second semaphore, the
 * bell, which is rung when a permit may be had; a ring that is lost with its receiver costs the
 * others no more than the time after which they look by themselves.
 *
 * <p>Processes that do not know the table, such as one in Python, may use the semaphore; their
 * permits have no slot, and are lost with them as ever.
 */
final class PermitTable {
  static final int MOST_PERMITS = 1 << 16;

  /** When this many more are held than there were, foreigners have added them. */
  private static final int SPARE_SLOTS = 64;

  private static final long READY = 0x5452_4541_444c_4531L;

  /** What is being done, as one word: which, with which slot, and the semaphore's value before. */
  static final long TAKE = 1L << 62;

  static final long GIVE = 2L << 62;
  private static final int SLOT_SHIFT = 32;
  private static final int SLOT_MASK = (1 << 30) - 1;

  private static final long MAGIC = 0;
  private static final long NAMESPACE = 8;
  static final long OWNER = 16;
  static final long JOURNAL = 24;
  private static final long DEAD = 32;
  private static final long KIND = 40;
  private static final long CAPACITY = 44;
  private static final long BELL = 64;
  private static final long BELL_SIZE = 64;
  static final long SLOTS = BELL + BELL_SIZE;

  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  private static final int SPINS = 100;
  private static final long PAUSE_NANOS = 50_000;
  private static final long SUSPICIOUS_NANOS = 2_000_000;

  /** How long a loop's thread spins for the lock at most. */
  static final long LOOP_PATIENCE = 100_000;

  static final long FOR_EVER = Long.MAX_VALUE;

  private final MemorySegment memory;
  private final long bell;
  private final long semaphore;
  private final int capacity;
  private final long self = ProcessIdentity.self();

  PermitTable(MemorySegment memory, long semaphore) {
    this.memory = memory;
    this.bell = memory.address() + BELL;
    this.semaphore = semaphore;
    this.capacity =
        (int) Math.min((int) INT.get(memory, CAPACITY), (memory.byteSize() - SLOTS) / Long.BYTES);
  }

  static long bytes(int permits) {
    return SLOTS + (long) Long.BYTES * (permits + SPARE_SLOTS);
  }

  /** Fills a new one in; nobody uses it before {@link #ready}. */
  static void init(MemorySegment memory, int kind, int permits) {
    LONG.set(memory, NAMESPACE, ProcessIdentity.namespace());
    INT.set(memory, KIND, kind);
    INT.set(memory, CAPACITY, permits + SPARE_SLOTS);
    PosixSemaphore.init(memory.address() + BELL);
  }

  static void ready(MemorySegment memory) {
    LONG.setRelease(memory, MAGIC, READY);
  }

  static boolean isReady(MemorySegment memory) {
    return memory.byteSize() >= SLOTS && (long) LONG.getAcquire(memory, MAGIC) == READY;
  }

  static int kind(MemorySegment memory) {
    return (int) INT.get(memory, KIND);
  }

  static long namespace(MemorySegment memory) {
    return (long) LONG.get(memory, NAMESPACE);
  }

  /** A permit that was taken: its slot, and the identity of a holder that has died, or 0. */
  record Taken(int slot, long deadHolder) {}

  /** What {@link #take} gives when there is none. */
  static final Taken NOTHING = new Taken(-1, 0);

  /**
   * Takes a permit if there is one.
   *
   * @param patienceNanos how long to wait for others who are just taking or giving
   */
  Taken take(long patienceNanos) {
    if (!lock(patienceNanos)) {
      return NOTHING;
    }
    try {
      int value = PosixSemaphore.value(semaphore);
      if (value == 0) {
        return NOTHING;
      }
      int slot = freeSlot();
      begin(TAKE, slot, value);
      boolean taken = PosixSemaphore.tryWait(semaphore);
      if (taken) {
        setSlot(slot, self);
      }
      end();
      if (!taken) {
        return NOTHING;
      }
      long dead = (long) LONG.getVolatile(memory, DEAD);
      if (dead != 0) {
        LONG.setVolatile(memory, DEAD, 0L);
      }
      if (value > 1) {
        ring();
      }
      return new Taken(slot, dead);
    } finally {
      unlock();
    }
  }

  /** Gives a permit back; false if others kept it from doing so for so long. */
  boolean give(int slot, long patienceNanos) {
    if (!lock(patienceNanos)) {
      return false;
    }
    try {
      giveLocked(slot);
    } finally {
      unlock();
    }
    return true;
  }

  private void giveLocked(int slot) {
    begin(GIVE, slot, PosixSemaphore.value(semaphore));
    PosixSemaphore.post(semaphore);
    setSlot(slot, 0);
    end();
    ring();
  }

  /** Gives back what dead processes held. Reads files; on no loop's thread. */
  void reap() {
    Set<Long> dead = deadHolders();
    if (dead.isEmpty()) {
      return;
    }
    lock(FOR_EVER);
    try {
      for (int slot = 0; slot < capacity; slot++) {
        long holder = slot(slot);
        if (holder != 0 && dead.contains(holder)) {
          LONG.setVolatile(memory, DEAD, holder);
          giveLocked(slot);
        }
      }
    } finally {
      unlock();
    }
  }

  private Set<Long> deadHolders() {
    Set<Long> dead = Set.of();
    Set<Long> alive = new HashSet<>();
    alive.add(0L);
    alive.add(self);
    for (int slot = 0; slot < capacity; slot++) {
      long holder = slot(slot);
      if (alive.contains(holder) || dead.contains(holder)) {
        continue;
      }
      if (ProcessIdentity.isAlive(holder)) {
        alive.add(holder);
      } else {
        if (dead.isEmpty()) {
          dead = new HashSet<>();
        }
        dead.add(holder);
      }
    }
    return dead;
  }

  /** The pids of those who hold permits, once for each permit. */
  long[] holders() {
    long[] pids = new long[capacity];
    int count = 0;
    for (int slot = 0; slot < capacity; slot++) {
      long holder = slot(slot);
      if (holder != 0) {
        pids[count++] = ProcessIdentity.pid(holder);
      }
    }
    return Arrays.copyOf(pids, count);
  }

  int available() {
    return PosixSemaphore.value(semaphore);
  }

  /** Blocks this thread until the bell rings, or the time is over. */
  void awaitBell(long nanos) {
    PosixSemaphore.await(bell, nanos);
  }

  /** One token is enough: who takes a permit while there are more rings for the next. */
  void ring() {
    if (PosixSemaphore.value(bell) == 0) {
      PosixSemaphore.post(bell);
    }
  }

  private int freeSlot() {
    for (int slot = 0; slot < capacity; slot++) {
      if (slot(slot) == 0) {
        return slot;
      }
    }
    throw new IllegalStateException(
        "acquire() without room for the holder: held="
            + capacity
            + "; a process that does not know of the table has posted too often");
  }

  private long slot(int slot) {
    return (long) LONG.getVolatile(memory, SLOTS + (long) slot * Long.BYTES);
  }

  private void setSlot(int slot, long holder) {
    LONG.setVolatile(memory, SLOTS + (long) slot * Long.BYTES, holder);
  }

  private void begin(long operation, int slot, int value) {
    LONG.setVolatile(memory, JOURNAL, journal(operation, slot, value));
  }

  static long journal(long operation, int slot, int value) {
    return operation | (long) slot << SLOT_SHIFT | value;
  }

  private void end() {
    LONG.setVolatile(memory, JOURNAL, 0L);
  }

  private boolean lock(long patienceNanos) {
    if (!LONG.compareAndSet(memory, OWNER, 0L, self) && !lockSlowly(patienceNanos)) {
      return false;
    }
    if ((long) LONG.getVolatile(memory, JOURNAL) != 0) {
      try {
        repair();
      } catch (Throwable failure) {
        unlock();
        throw failure;
      }
    }
    return true;
  }

  private void unlock() {
    LONG.setVolatile(memory, OWNER, 0L);
  }

  private boolean lockSlowly(long patienceNanos) {
    long began = System.nanoTime();
    long suspicious = began + SUSPICIOUS_NANOS;
    for (int tries = 0; ; tries++) {
      if (LONG.compareAndSet(memory, OWNER, 0L, self)) {
        return true;
      }
      if (System.nanoTime() - began > patienceNanos) {
        return false;
      }
      if (patienceNanos == LOOP_PATIENCE) {
        // Neither Thread.onSpinWait() nor a pause is welcome on a loop's thread.
        continue;
      }
      if (tries < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(PAUSE_NANOS);
        if (System.nanoTime() - suspicious > 0) {
          suspicious = System.nanoTime() + SUSPICIOUS_NANOS;
          long owner = (long) LONG.getVolatile(memory, OWNER);
          if (owner != 0
              && !ProcessIdentity.isAlive(owner)
              && LONG.compareAndSet(memory, OWNER, owner, self)) {
            return true;
          }
        }
      }
    }
  }

  /** Ends what a process was doing when it died. */
  private void repair() {
    long journal = (long) LONG.getVolatile(memory, JOURNAL);
    int slot = (int) (journal >>> SLOT_SHIFT) & SLOT_MASK;
    int before = (int) journal;
    int value = PosixSemaphore.value(semaphore);
    if ((journal & TAKE) != 0) {
      if (slot(slot) != 0 || value >= before) {
        // The slot says whose it is, or it was not taken.
        end();
        return;
      }
      before = value;
      begin(GIVE, slot, value);
    }
    if (value <= before) {
      PosixSemaphore.post(semaphore);
    }
    setSlot(slot, 0);
    end();
    ring();
  }
}
