package dev.treadle.offload.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/** The numbers of failures, and how one reads. */
final class Errno {
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int ENOMEM = 12;
  static final int EACCES = 13;
  static final int EEXIST = 17;
  static final int EINVAL = 22;
  static final int EMFILE = 24;
  static final int ENOSPC = 28;
  static final int EAGAIN = Os.here() == Os.MAC ? 35 : 11;
  static final int ETIMEDOUT = Os.here() == Os.MAC ? 60 : 110;

  private Errno() {}

  /** An exception whose cause tells programs what its text tells people. */
  static UncheckedIOException failed(String operation, String values, int errno) {
    String reason = Posix.describe(errno);
    IOException cause =
        switch (errno) {
          case ENOENT -> new NoSuchFileException(values, null, reason);
          case EEXIST -> new FileAlreadyExistsException(values, null, reason);
          case EACCES -> new AccessDeniedException(values, null, reason);
          default -> new IOException(reason + " (errno " + errno + ")");
        };
    return new UncheckedIOException(
        operation + " failed: " + values + " cause=" + reason + "; " + advice(errno), cause);
  }

  private static String advice(int errno) {
    return switch (errno) {
      case ENOENT -> "create it first; its owner's close() and unlink() remove the name";
      case EEXIST -> "open() it, or choose another name";
      case EACCES -> "it belongs to another user: have that one run this";
      case ENOSPC -> "free the shared memory file system (df /dev/shm), or make it larger";
      case ENOMEM -> "ask for less, or raise the limit of memory or mappings";
      case EMFILE -> "close files, or raise the limit of open files (ulimit -n)";
      default -> "see errno " + errno + " in the system's manual";
    };
  }
}
