package dev.treadle.offload.memory;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What POSIX shared memory is made of; -1 is a failure, and then {@link Native#errno()} says why.
 */
@SuppressWarnings("restricted") // The foreign-function API is what this is about.
final class Posix {
  private static final int READ_WRITE = 2;
  private static final int PROTECTION = 3;
  private static final int SHARED = 1;

  /** Owner only, as Python's. */
  private static final int MODE = 0600;

  /** Where {@code struct stat} has the inode, and the size: on 64-bit Linux, on macOS. */
  private static final long STAT_INODE = 8;

  private static final long STAT_SIZE = isMac() ? 96 : 48;

  private static final MemorySegment SHM_OPEN = Native.find("shm_open");
  private static final MemorySegment SHM_UNLINK = Native.find("shm_unlink");
  private static final MemorySegment RESERVE =
      Native.find(isMac() ? "ftruncate" : "posix_fallocate");
  private static final MemorySegment FSTAT = Native.find("fstat");
  private static final MemorySegment MMAP = Native.find("mmap");
  private static final MemorySegment MUNMAP = Native.find("munmap");
  private static final MemorySegment CLOSE = Native.find("close");
  private static final MemorySegment STRERROR = Native.find("strerror");

  private Posix() {}

  private static boolean isMac() {
    return Os.here() == Os.MAC;
  }

  /** Opens one that is there, or makes one that is not. */
  static int shmOpen(String name, boolean create) {
    int flags = READ_WRITE | (create ? Os.here().create | Os.here().exclusive : 0);
    try (Arena arena = Arena.ofConfined()) {
      long path = arena.allocateFrom("/" + name).address();
      int fd;
      do {
        fd =
            (int)
                (isMac()
                    ? Native.callVariadic(SHM_OPEN, path, flags, MODE, 0)
                    : Native.call(SHM_OPEN, path, flags, MODE));
      } while (fd < 0 && Native.errno() == Errno.EINTR);
      return fd;
    }
  }

  static int shmUnlink(String name) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) Native.call(SHM_UNLINK, arena.allocateFrom("/" + name).address());
    }
  }

  /**
   * Gives it its size and its pages, at once: one that were only made longer would get a page when
   * it is first written to, and the process a SIGBUS if there is none. macOS keeps no pages back.
   *
   * @return 0, or the error's number
   */
  static int reserve(int fd, long size) {
    int error;
    do {
      if (isMac()) {
        error = (int) Native.call(RESERVE, fd, size, 0) == 0 ? 0 : Native.errno();
      } else {
        error = (int) Native.call(RESERVE, fd, 0, size);
      }
    } while (error == Errno.EINTR);
    return error;
  }

  /** Asks for inode and size; they are then to be had from {@link #inode()}, {@link #size()}. */
  static int fstat(int fd) {
    return (int) Native.call(FSTAT, fd, Native.scratch().address(), 0);
  }

  static long inode() {
    return Native.scratch().get(JAVA_LONG, STAT_INODE);
  }

  static long size() {
    return Native.scratch().get(JAVA_LONG, STAT_SIZE);
  }

  /** Maps all of it and gives the address. */
  static long mmap(int fd, long size) {
    return Native.call(MMAP, 0, size, PROTECTION, SHARED, fd, 0);
  }

  static void munmap(long address, long size) {
    Native.call(MUNMAP, address, size, 0);
  }

  static void close(int fd) {
    Native.call(CLOSE, fd);
  }

  /** The system's words for an error. */
  static String describe(int errno) {
    return MemorySegment.ofAddress(Native.call(STRERROR, errno)).reinterpret(1024).getString(0);
  }
}
