package dev.treadle.offload.memory;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who has made what, so that what a killed process leaves is removed by the next one that makes
 * something.
 *
 * <p>Linux keeps shared memory and semaphores as files of one folder. A generated name says whose
 * it is. For each name that a user has given there is an empty file beside it, whose own name says
 * the owner, the inode and the name: the whole register, without a lock or a file to be half
 * written. The inode keeps a name safe that somebody else has meanwhile used again.
 */
final class Ownership {
  private static final Path FOLDER = Path.of("/dev/shm");

  private static final Pattern OWNED =
      Pattern.compile(
          "(?:sem\\.)?treadle-(\\d{1,7})-([0-9a-z]{1,9})-([0-9a-z]{1,12})"
              + "(?:-[0-9a-z]{1,12}(?:\\.holders)?|\\.([0-9a-z]{1,13})\\.(.+))");

  private static final Set<Runnable> AT_EXIT = ConcurrentHashMap.newKeySet();

  static {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(Ownership::exit, "treadle-shared-names"));
    } catch (IllegalStateException ending) {
      // This JVM is ending: what is made now is swept by the next one.
    }
  }

  private Ownership() {}

  /** What a process that ends without closing them still removes; a killed one is swept. */
  static void atExit(Runnable unlink) {
    AT_EXIT.add(unlink);
  }

  static void notAtExit(Runnable unlink) {
    AT_EXIT.remove(unlink);
  }

  private static void exit() {
    AT_EXIT.forEach(Runnable::run);
  }

  /** Says that a file of the folder is this process's; a crash just before leaves it for ever. */
  static void claim(String file, long inode) {
    if (!isListed() || OWNED.matcher(file).matches()) {
      return;
    }
    try {
      Files.createFile(
          marker(file, inode),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (IOException unregistered) {
      // It is shared all the same; it is only not swept.
    }
  }

  static void disclaim(String file, long inode) {
    if (isListed()) {
      delete(marker(file, inode));
    }
  }

  private static Path marker(String file, long inode) {
    return FOLDER.resolve(
        Names.prefix() + "." + Long.toString(inode, Character.MAX_RADIX) + "." + file);
  }

  static Path path(String file) {
    return FOLDER.resolve(file);
  }

  /** The inode of a file of the folder; 0 if it is not there, or there is no such folder. */
  static long inode(String file) {
    try {
      return (Long) Files.getAttribute(FOLDER.resolve(file), "unix:ino", LinkOption.NOFOLLOW_LINKS);
    } catch (IOException | UnsupportedOperationException none) {
      return 0;
    }
  }

  /** Whether the folder can be listed: not on macOS, where nothing is swept. */
  static boolean isListed() {
    return Os.here() == Os.LINUX && Files.isDirectory(FOLDER);
  }

  /** Removes what dead processes have left. */
  static void sweep() {
    if (!isListed()) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(FOLDER, "{,sem.}treadle-*")) {
      for (Path file : files) {
        sweep(file);
      }
    } catch (IOException | DirectoryIteratorException unreadable) {
      // The next creator tries again.
    }
  }

  private static void sweep(Path file) {
    Matcher owned = OWNED.matcher(file.getFileName().toString());
    if (!owned.matches() || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    long pid = Long.parseLong(owned.group(1));
    long start = Long.parseLong(owned.group(2), Character.MAX_RADIX);
    long namespace = Long.parseLong(owned.group(3), Character.MAX_RADIX);
    if (namespace != ProcessIdentity.namespace()
        || ProcessIdentity.isAlive(ProcessIdentity.of(pid, start))) {
      return;
    }
    if (owned.group(4) != null) {
      long inode = Long.parseLong(owned.group(4), Character.MAX_RADIX);
      if (inode(owned.group(5)) == inode) {
        delete(FOLDER.resolve(owned.group(5)));
      }
    }
    delete(file);
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException kept) {
      // Another user's; that one's next process removes it.
    }
  }
}
