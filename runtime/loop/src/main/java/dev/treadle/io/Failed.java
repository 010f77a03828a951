package dev.treadle.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** How a failure of an operation on a file reads. */
final class Failed {
  private Failed() {}

  static UncheckedIOException on(String operation, Object stream, IOException cause) {
    return new UncheckedIOException(
        operation + "() failed: " + stream + " cause=" + reason(cause), cause);
  }

  /** The JDK's own message is often just the path. */
  private static String reason(IOException cause) {
    return switch (cause) {
      case NoSuchFileException none -> "no such file";
      case FileAlreadyExistsException exists -> "exists already";
      case AccessDeniedException denied -> "access denied";
      case DirectoryNotEmptyException notEmpty -> "directory not empty";
      case NotDirectoryException other -> "not a directory";
      case ClosedChannelException closed -> "the file is closed";
      case FileSystemException other when other.getReason() != null -> other.getReason();
      default -> String.valueOf(cause.getMessage());
    };
  }
}
