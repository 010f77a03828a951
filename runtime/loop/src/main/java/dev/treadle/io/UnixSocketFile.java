package dev.treadle.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** The file of a Unix socket: Netty's native transports delete whatever has its name. */
final class UnixSocketFile {
  private static final System.Logger LOG = System.getLogger("dev.treadle.io.Server");

  private UnixSocketFile() {}

  /**
   * Deletes the socket of a server that has ended without doing so, as asyncio does.
   *
   * @throws UncheckedIOException if a server is there, or something else
   */
  static void claim(UnixDomainSocketAddress address) {
    Path path = address.getPath();
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try {
      if (!isSocket(path)) {
        throw new FileSystemException(path.toString(), null, "is there and not a socket");
      }
      if (answers(address)) {
        throw new BindException("a server is there");
      }
      Files.deleteIfExists(path);
    } catch (IOException refused) {
      throw Server.failed(address, refused);
    }
  }

  private static boolean isSocket(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isOther();
  }

  private static boolean answers(UnixDomainSocketAddress address) {
    try {
      Net.connect(address).abort();
      return true;
    } catch (UncheckedIOException refused) {
      return false;
    }
  }

  static void delete(UnixDomainSocketAddress address) {
    try {
      Files.deleteIfExists(address.getPath());
    } catch (IOException failure) {
      LOG.log(
          System.Logger.Level.WARNING,
          "socket file not deleted: path=" + address + "; delete it",
          failure);
    }
  }
}
