package dev.treadle.offload.memory;

import dev.treadle.Treadle;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A POSIX semaphore with its table of holders: what locks and semaphores have in common. */
final class Permits {
  /** After this long who waits looks by himself: for dead holders, and posts of foreigners. */
  static final long POLL_NANOS = 20_000_000;

  private static final String HOLDERS = ".holders";
  private static final int CLOSED = 1 << 30;
  private static final long READY_WITHIN_NANOS = 2_000_000_000L;

  private final String what;
  private final String name;
  private final Mapping mapping;
  private final long semaphore;
  private final long semaphoreInode;
  private final PermitTable table;
  private final PermitQueue queue = new PermitQueue(this);
  private final @Nullable Runnable atExit;

  /** How many calls are under way, and whether it is closed: the last one out unmaps. */
  private final AtomicInteger uses = new AtomicInteger();

  /** What was got through this and not given back. */
  private final Set<Permit> held = ConcurrentHashMap.newKeySet();

  private Permits(String what, String name, Mapping mapping, long semaphore, boolean owner) {
    this.what = what;
    this.name = name;
    this.mapping = mapping;
    this.semaphore = semaphore;
    this.semaphoreInode = Ownership.inode("sem." + name);
    this.table = new PermitTable(mapping.segment(), semaphore);
    this.atExit = owner ? this::unlink : null;
    if (atExit != null) {
      Ownership.claim(name + HOLDERS, mapping.inode());
      Ownership.claim("sem." + name, semaphoreInode);
      Ownership.atExit(atExit);
    }
  }

  static Permits create(String what, String name, ByName.Kind kind, int permits) {
    if (permits < 0 || permits > PermitTable.MOST_PERMITS) {
      throw new IllegalArgumentException(
          "create() of "
              + what
              + " with permits="
              + permits
              + "; take 0 to "
              + PermitTable.MOST_PERMITS);
    }
    Mapping mapping;
    try {
      mapping = Mapping.create(what, name + HOLDERS, PermitTable.bytes(permits));
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof FileAlreadyExistsException) {
        throw Errno.failed("create() of " + what, "name=" + name, Errno.EEXIST);
      }
      throw e;
    }
    try {
      PermitTable.init(mapping.segment(), kind.ordinal(), permits);
      long semaphore = PosixSemaphore.create(name, permits);
      if (semaphore == PosixSemaphore.FAILED) {
        throw Errno.failed("create() of " + what, "name=" + name, Native.errno());
      }
      Permits made = new Permits(what, name, mapping, semaphore, true);
      PermitTable.ready(mapping.segment());
      return made;
    } catch (Throwable failure) {
      Posix.shmUnlink(name + HOLDERS);
      mapping.arena().close();
      throw failure;
    }
  }

  static Permits open(String what, String name, ByName.Kind kind) {
    Mapping mapping;
    try {
      mapping = Mapping.open(what, name + HOLDERS, Arena.ofShared());
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof NoSuchFileException) {
        throw Errno.failed("open() of " + what, "name=" + name, Errno.ENOENT);
      }
      throw e;
    }
    try {
      check(what, name, kind, mapping.segment());
      long semaphore = PosixSemaphore.open(name);
      if (semaphore == PosixSemaphore.FAILED) {
        throw Errno.failed("open() of " + what, "name=" + name, Native.errno());
      }
      return new Permits(what, name, mapping, semaphore, false);
    } catch (Throwable failure) {
      mapping.arena().close();
      throw failure;
    }
  }

  private static void check(String what, String name, ByName.Kind kind, MemorySegment table) {
    long deadline = System.nanoTime() + READY_WITHIN_NANOS;
    while (!PermitTable.isReady(table)) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException(
            "open() of " + what + " that is not ready: name=" + name + "; its creator has died?");
      }
      LockSupport.parkNanos(1_000_000);
    }
    if (PermitTable.kind(table) != kind.ordinal()) {
      throw new IllegalStateException(
          "open() of something else: name=" + name + " wanted=" + what + "; open what was created");
    }
    if (PermitTable.namespace(table) != ProcessIdentity.namespace()) {
      throw new IllegalStateException(
          "open() of "
              + what
              + " of other pids: name="
              + name
              + "; share the pid namespace of the containers, too: it could not be seen who died");
    }
  }

  String name() {
    return name;
  }

  boolean isOwner() {
    return atExit != null;
  }

  int available() {
    enter("availablePermits");
    try {
      return table.available();
    } finally {
      exit();
    }
  }

  long[] holders() {
    enter("holders");
    try {
      return table.holders();
    } finally {
      exit();
    }
  }

  /** Gets one if that needs no waiting. */
  @Nullable Permit tryAcquire() {
    boolean onLoop = Here.isLoop();
    enter("tryAcquire");
    try {
      return take(onLoop ? PermitTable.LOOP_PATIENCE : POLL_NANOS);
    } finally {
      exit();
    }
  }

  /** Waits on a loop as a task, elsewhere with the thread; null when the time is over. */
  @Nullable Permit acquire(long timeoutNanos) {
    if (Here.isLoop()) {
      Treadle.checkCancelled();
    }
    Permit permit = tryAcquire();
    if (permit != null || timeoutNanos <= 0) {
      return permit;
    }
    if (Here.isLoop()) {
      return queue.await(timeoutNanos);
    }
    enter("acquire");
    try {
      return block(timeoutNanos);
    } finally {
      exit();
    }
  }

  private @Nullable Permit block(long timeoutNanos) {
    long began = System.nanoTime();
    while (true) {
      if (Thread.currentThread().isInterrupted()) {
        // As Treadle.await does on a thread.
        throw new CompletionException("acquire() was interrupted", new InterruptedException());
      }
      Permit permit = take(POLL_NANOS);
      if (permit != null) {
        return permit;
      }
      long left = timeoutNanos - (System.nanoTime() - began);
      if (left <= 0) {
        return null;
      }
      pause(left);
    }
  }

  /** Looks for dead holders, then waits until there may be a permit, or it is time to look. */
  void pause(long mostNanos) {
    checkOpen("acquire");
    table.reap();
    if (table.available() == 0) {
      table.awaitBell(Math.min(mostNanos, POLL_NANOS));
    }
  }

  /** Inside {@link #enter}: a permit, or null if there is none. */
  @Nullable Permit take(long patienceNanos) {
    PermitTable.Taken taken = table.take(patienceNanos);
    if (taken == PermitTable.NOTHING) {
      return null;
    }
    Permit permit = new Permit(this, taken);
    held.add(permit);
    if (isClosed()) {
      // close() may have looked before this one was there.
      giveBack(permit, PermitTable.FOR_EVER);
      checkOpen("acquire");
    }
    return permit;
  }

  void giveBack(Permit permit) {
    if (!tryEnter()) {
      return;
    }
    try {
      boolean onLoop = Here.isLoop();
      giveBack(permit, onLoop ? PermitTable.LOOP_PATIENCE : PermitTable.FOR_EVER);
    } finally {
      exit();
    }
  }

  private void giveBack(Permit permit, long patienceNanos) {
    if (!permit.give()) {
      return;
    }
    held.remove(permit);
    if (!table.give(permit.slot(), patienceNanos)) {
      // Somebody stands still in the middle of taking or giving. This loop does not wait for it.
      enter("release");
      Thread helper =
          new Thread(
              () -> {
                try {
                  table.give(permit.slot(), PermitTable.FOR_EVER);
                } finally {
                  exit();
                }
              },
              "treadle-release-" + name);
      helper.setDaemon(true);
      helper.start();
    }
  }

  void unlink() {
    if (!Ownership.isListed() || Ownership.inode(name + HOLDERS) == mapping.inode()) {
      PosixSemaphore.unlink(name);
      Posix.shmUnlink(name + HOLDERS);
    }
    if (atExit != null) {
      Ownership.disclaim(name + HOLDERS, mapping.inode());
      Ownership.disclaim("sem." + name, semaphoreInode);
      Ownership.notAtExit(atExit);
    }
  }

  void close() {
    if (!tryEnter()) {
      return;
    }
    int before = uses.getAndUpdate(now -> now | CLOSED);
    try {
      if ((before & CLOSED) != 0) {
        return;
      }
      if (isOwner()) {
        unlink();
      }
      boolean onLoop = Here.isLoop();
      for (Permit permit : held) {
        giveBack(permit, onLoop ? PermitTable.LOOP_PATIENCE : PermitTable.FOR_EVER);
      }
      // Who waits here learns of it now, not at the next look.
      table.ring();
    } finally {
      exit();
    }
  }

  boolean isClosed() {
    return (uses.get() & CLOSED) != 0;
  }

  /** Whether others who open the name get this one. */
  boolean isCurrent() {
    return !isClosed() && Ownership.inode(name + HOLDERS) == mapping.inode();
  }

  void enter(String operation) {
    if (!tryEnter()) {
      throw closed(operation);
    }
  }

  private boolean tryEnter() {
    int now = uses.getAndUpdate(count -> (count & CLOSED) != 0 ? count : count + 1);
    return (now & CLOSED) == 0;
  }

  void exit() {
    if (uses.decrementAndGet() == CLOSED) {
      PosixSemaphore.close(semaphore);
      mapping.arena().close();
    }
  }

  private void checkOpen(String operation) {
    if (isClosed()) {
      throw closed(operation);
    }
  }

  IllegalStateException closed(String operation) {
    return new IllegalStateException(
        operation
            + "() of "
            + what
            + " that is closed: name="
            + name
            + "; use it before its close()");
  }

  @Override
  public String toString() {
    return name + (isClosed() ? " closed" : " available=" + available());
  }
}
