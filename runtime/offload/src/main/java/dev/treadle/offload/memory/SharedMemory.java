package dev.treadle.offload.memory;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Memory that several processes see, found by name: Python's {@code
 * multiprocessing.shared_memory.SharedMemory}, also of the same name.
 *
 * <pre>{@code
 * try (var memory = SharedMemory.create(8 * 1000)) {
 *   pool.submit(() -> { memory.longs().getAndAdd(0, 1); }).get();
 *   System.out.println(memory.longs().getVolatile(0));
 * }
 * }</pre>
 *
 * <p><b>Whose it is.</b> Who creates it owns it: {@link #close()} of the owner, the end of its
 * process, or, if that was killed, the next {@code create} of any process removes the name. Who
 * opens it, or gets it inside a step that was sent to a worker, only uses it; nothing it does or
 * suffers takes the memory from the others (CPython's gh-82300), except {@link #unlink()}. The
 * memory itself is there as long as anybody has it mapped.
 *
 * <p><b>What can go wrong later.</b> All pages are reserved when it is created: a full {@code
 * /dev/shm} is an error there, not the end of the process at some later write. On macOS, which
 * reserves none and keeps no list of names, neither this nor the removal after a kill is so.
 *
 * <p>Any thread. {@code create} and {@code open} ask the operating system, which also zeroes what
 * it gives: in a task call them in {@code onThread}. Contents are of the machine's own byte order.
 */
public final class SharedMemory implements AutoCloseable, Serializable {
  private static final long serialVersionUID = 1;
  private static final String WHAT = "shared memory";

  /** What steps were sent with, as long as somebody uses it; a step does not close it. */
  private static final ConcurrentHashMap<String, WeakReference<Mapping>> ATTACHED =
      new ConcurrentHashMap<>();

  private final transient String name;
  private final transient Mapping mapping;
  private final transient boolean closable;
  private final transient @Nullable Runnable atExit;
  private final transient AtomicBoolean closed = new AtomicBoolean();

  private SharedMemory(String name, Mapping mapping, boolean owner, boolean closable) {
    this.name = name;
    this.mapping = mapping;
    this.closable = closable;
    this.atExit = owner ? this::unlink : null;
    if (atExit != null) {
      Ownership.claim(name, mapping.inode());
      Ownership.atExit(atExit);
    }
  }

  /**
   * Makes some, filled with zeros, with a name of its own: {@code
   * treadle-<pid>-<start>-<namespace>-<n>}.
   *
   * @param size in bytes
   * @throws IllegalArgumentException if the size is not positive
   * @throws java.io.UncheckedIOException if the system refuses: among others, if there is no room
   * @throws UnsupportedOperationException on Windows
   */
  public static SharedMemory create(long size) {
    Os.here().require("SharedMemory");
    return make(Names.generate(), size);
  }

  /**
   * The same with a name to find it by; at most 160 bytes (on macOS 22) without a slash.
   *
   * @throws java.io.UncheckedIOException also if there is one of that name; its cause is then a
   *     {@link java.nio.file.FileAlreadyExistsException}
   */
  public static SharedMemory create(String name, long size) {
    Os.here().require("SharedMemory");
    return make(Names.checkNew(name), size);
  }

  private static SharedMemory make(String name, long size) {
    if (size <= 0) {
      throw new IllegalArgumentException(
          "create() of shared memory without a size: size=" + size + "; ask for a byte or more");
    }
    return new SharedMemory(name, Mapping.create(WHAT, name, size), true, true);
  }

  /**
   * Opens what some process has created, this one or another, in Java, Python or C. This does not
   * own it.
   *
   * @throws java.io.UncheckedIOException if the system refuses; if there is none of that name, the
   *     cause is a {@link java.nio.file.NoSuchFileException}
   * @throws IllegalStateException if its creator has not yet given it a size
   * @throws UnsupportedOperationException on Windows
   */
  public static SharedMemory open(String name) {
    Os.here().require("SharedMemory");
    Names.check(name);
    return new SharedMemory(name, Mapping.open(WHAT, name, Arena.ofShared()), false, true);
  }

  /** For a step that was sent here: one mapping for many steps, unmapped when none is left. */
  static SharedMemory attach(String name) {
    Os.here().require("SharedMemory");
    WeakReference<Mapping> known = ATTACHED.get(name);
    Mapping mapping = known == null ? null : known.get();
    if (mapping == null || Ownership.inode(name) != mapping.inode()) {
      mapping = Mapping.open(WHAT, Names.check(name), Arena.ofAuto());
      ATTACHED.values().removeIf(unused -> unused.refersTo(null));
      ATTACHED.put(name, new WeakReference<>(mapping));
    }
    return new SharedMemory(name, mapping, false, false);
  }

  /** What others open it by; Python's {@code name}. */
  public String name() {
    return name;
  }

  /** In bytes. What another system has made may be longer than was asked for there. */
  public long size() {
    return mapping.segment().byteSize();
  }

  /** Whether this has created it, and so removes the name in the end. */
  public boolean isOwner() {
    return atExit != null;
  }

  /**
   * All of it. To be used by any thread, until this is closed.
   *
   * @throws IllegalStateException after {@link #close()}; then also from what was got before
   */
  public MemorySegment segment() {
    if (closed.get()) {
      throw new IllegalStateException(
          "segment() of closed shared memory: name=" + name + "; use it before its close()");
    }
    return mapping.segment();
  }

  /** All of it as an array of {@code int}; what is left over at the end is not in it. */
  public SharedInts ints() {
    return new SharedInts(segment());
  }

  /** All of it as an array of {@code long}. */
  public SharedLongs longs() {
    return new SharedLongs(segment());
  }

  /** All of it as an array of {@code double}. */
  public SharedDoubles doubles() {
    return new SharedDoubles(segment());
  }

  /**
   * Removes the name: nobody can open it any more, and it ends with the last who has it. Does
   * nothing if the name is gone, or belongs to another one by now. Anybody may.
   */
  public void unlink() {
    if (!Ownership.isListed() || Ownership.inode(name) == mapping.inode()) {
      Posix.shmUnlink(name);
    }
    if (atExit != null) {
      Ownership.disclaim(name, mapping.inode());
      Ownership.notAtExit(atExit);
    }
  }

  /**
   * Unmaps it; the owner's also removes the name. Waits for nothing: an access that is too late, on
   * whatever thread, throws {@link IllegalStateException}. Does nothing the second time. Inside a
   * step that was sent to a worker the mapping is kept for the next step, until none uses it.
   *
   * @throws IllegalStateException while a thread is in a native call with the segment
   */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    if (isOwner()) {
      unlink();
    }
    if (closable) {
      mapping.arena().close();
    }
  }

  private Object writeReplace() {
    return new ByName(ByName.Kind.MEMORY, name);
  }

  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("shared memory is sent by name");
  }

  @Override
  public String toString() {
    return "SharedMemory[" + name + " size=" + size() + (isOwner() ? " owner" : "") + "]";
  }
}
