package dev.treadle.offload.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Private directories named {@code treadle-PID-START-NAMESPACE-RANDOM} after the process they
 * belong to, so that whoever comes later can tell those of the dead. The namespace is that of the
 * process ids: containers that share a directory do not sweep each other's.
 */
final class Directories {
  private static final String NAME = "treadle-";
  private static final AtomicLong COUNT = new AtomicLong();

  /** Two readings of a start time may differ by what the clock was corrected in between. */
  private static final long TOLERANCE_MILLIS = 10_000;

  /** The longest path of a Unix socket is 104 bytes on some systems; its name takes some. */
  private static final int MAX_SOCKET_DIRECTORY = 90;

  private Directories() {}

  /** Where sockets and boards go: the temporary directory, or a shorter way there. */
  static Path temporary() {
    Path configured = Path.of(System.getProperty("java.io.tmpdir", "/tmp")).toAbsolutePath();
    Path shorter = Path.of("/tmp");
    int length = configured.resolve(name(0)).toString().getBytes(StandardCharsets.UTF_8).length;
    return length > MAX_SOCKET_DIRECTORY && Files.isWritable(shorter) ? shorter : configured;
  }

  /** A new directory of this process in memory; null where there is none. */
  static @Nullable Path inMemory() {
    Path shared = Path.of("/dev/shm");
    if (!Files.isDirectory(shared) || !Files.isWritable(shared)) {
      return null;
    }
    try {
      return create(shared);
    } catch (IOException full) {
      return null;
    }
  }

  /** A new directory of this process, of mode 700; sweeps those of dead ones there. */
  static Path create(Path parent) throws IOException {
    sweep(parent);
    boolean posix = parent.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] attributes =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
            }
            : new FileAttribute<?>[0];
    while (true) {
      try {
        // Not SecureRandom, which takes tens of milliseconds to start: the mode keeps others out.
        return Files.createDirectory(
            parent.resolve(name(System.nanoTime() + COUNT.incrementAndGet())), attributes);
      } catch (FileAlreadyExistsException again) {
        // Another pool's; time has gone on.
      }
    }
  }

  private static String name(long random) {
    ProcessHandle own = ProcessHandle.current();
    return NAME
        + own.pid()
        + "-"
        + start(own)
        + "-"
        + namespace()
        + "-"
        + Long.toUnsignedString(random * 0x9e3779b97f4a7c15L >>> 24, 36);
  }

  private static long start(ProcessHandle process) {
    Optional<Instant> start = process.info().startInstant();
    return start.isPresent() ? start.get().toEpochMilli() : 0;
  }

  /** Which process ids are meant; 0 where there is but one set. */
  private static String namespace() {
    try {
      String link = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
      int from = link.indexOf('[');
      int to = link.indexOf(']');
      return from >= 0 && to > from ? link.substring(from + 1, to) : "0";
    } catch (IOException | UnsupportedOperationException | SecurityException none) {
      return "0";
    }
  }

  /** Deletes the directories there whose processes are gone. */
  static void sweep(Path parent) {
    String here = namespace();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(parent, NAME + "*")) {
      for (Path each : all) {
        if (isDead(each.getFileName().toString(), here)) {
          delete(each);
        }
      }
    } catch (IOException | DirectoryIteratorException unreadable) {
      // Then nothing is swept; the next pool tries again.
    }
  }

  private static boolean isDead(String name, String here) {
    String[] parts = name.substring(NAME.length()).split("-", -1);
    if (parts.length != 4 || !parts[2].equals(here)) {
      return false;
    }
    try {
      long start = Long.parseLong(parts[1]);
      Optional<ProcessHandle> owner = ProcessHandle.of(Long.parseLong(parts[0]));
      return owner.isEmpty()
          || start != 0 && Math.abs(start(owner.get()) - start) > TOLERANCE_MILLIS;
    } catch (NumberFormatException notOurs) {
      return false;
    }
  }

  /** With all in it; what another deletes meanwhile does not matter. Follows no links. */
  static void delete(Path path) {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> inside = Files.newDirectoryStream(path)) {
        for (Path each : inside) {
          delete(each);
        }
      } catch (IOException | DirectoryIteratorException gone) {
        // Another's, or deleted meanwhile.
      }
    }
    Segments.delete(path);
  }
}
