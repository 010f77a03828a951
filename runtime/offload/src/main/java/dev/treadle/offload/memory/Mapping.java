package dev.treadle.offload.memory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A shared memory object in this process's memory.
 *
 * @param segment all of it
 * @param arena what unmaps it
 * @param inode which one it is, whoever has the name later
 */
@SuppressWarnings("restricted") // The foreign-function API is what this is about.
record Mapping(MemorySegment segment, Arena arena, long inode) {

  /** Makes and maps one. What dead processes have left is removed first. */
  static Mapping create(String what, String name, long size) {
    Ownership.sweep();
    String operation = "create() of " + what;
    String values = "name=" + name + " size=" + size;
    int fd = Posix.shmOpen(name, true);
    if (fd < 0) {
      throw Errno.failed(operation, values, Native.errno());
    }
    try {
      int error = Posix.reserve(fd, size);
      if (error != 0) {
        throw Errno.failed(operation, values, error);
      }
      return map(operation, values, fd, Arena.ofShared());
    } catch (Throwable failure) {
      Posix.shmUnlink(name);
      throw failure;
    } finally {
      Posix.close(fd);
    }
  }

  /** Maps one that is there. */
  static Mapping open(String what, String name, Arena arena) {
    Mapping quickly = Ownership.isListed() ? openFile(name, arena) : null;
    return quickly == null ? openObject(what, name, arena) : quickly;
  }

  /**
   * As a file, which it is on Linux: without the foreign-function API, which takes some hundred
   * milliseconds to begin with, in each worker that a step with shared memory is sent to.
   *
   * @return null if it fails; the other way knows why
   */
  private static @Nullable Mapping openFile(String name, Arena arena) {
    try (FileChannel file =
        FileChannel.open(
            Ownership.path(name),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS)) {
      long size = file.size();
      long inode = Ownership.inode(name);
      return size == 0 || inode == 0
          ? null
          : new Mapping(file.map(FileChannel.MapMode.READ_WRITE, 0, size, arena), arena, inode);
    } catch (IOException | OutOfMemoryError refused) {
      return null;
    }
  }

  private static Mapping openObject(String what, String name, Arena arena) {
    String operation = "open() of " + what;
    String values = "name=" + name;
    int fd = Posix.shmOpen(name, false);
    if (fd < 0) {
      throw Errno.failed(operation, values, Native.errno());
    }
    try {
      return map(operation, values, fd, arena);
    } finally {
      Posix.close(fd);
    }
  }

  private static Mapping map(String operation, String values, int fd, Arena arena) {
    if (Posix.fstat(fd) != 0) {
      throw Errno.failed(operation, values, Native.errno());
    }
    long size = Posix.size();
    long inode = Posix.inode();
    if (size == 0) {
      throw new IllegalStateException(
          operation
              + " without a size: "
              + values
              + "; its creator is still at it, or has died: try again, or unlink it");
    }
    long address = Posix.mmap(fd, size);
    if (address == -1 && Native.errno() == Errno.ENOMEM) {
      // As many mappings as a process may have: some may be garbage.
      System.gc();
      address = Posix.mmap(fd, size);
    }
    if (address == -1) {
      throw Errno.failed(operation, values, Native.errno());
    }
    MemorySegment segment =
        MemorySegment.ofAddress(address)
            .reinterpret(size, arena, unmapped -> Posix.munmap(unmapped.address(), size));
    return new Mapping(segment, arena, inode);
  }
}
