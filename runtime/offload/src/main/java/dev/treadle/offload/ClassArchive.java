package dev.treadle.offload;

import dev.treadle.offload.internal.WorkerCommand;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The classes of a pool's workers as the JVM can map them when it starts, loaded and linked: its
 * ahead-of-time cache (JEP 483, 514). Where there is none yet for just these jars and flags,
 * workers record which classes they load, and when one has ended that has done something, a JVM of
 * its own makes the cache of that. It gets its name when it is whole. Any thread; may block.
 */
final class ClassArchive {
  /** What the JVM says of classes that it leaves out is of no use to anybody. */
  private static final List<String> QUIETLY = List.of("-Xlog:cds*=off", "-Xlog:aot*=off");

  /** Where a user has said how classes are shared, or what the JVM shares none with. */
  private static final List<String> AGAINST =
      List.of(
          "-Xshare",
          "-XX:SharedArchiveFile",
          "-XX:ArchiveClassesAtExit",
          "-XX:AOT",
          "-agent",
          "-javaagent",
          "-Xdebug",
          "-Xrunjdwp",
          "--limit-modules",
          "--patch-module",
          "--upgrade-module-path");

  private static final String PREFIX = "treadle-worker-";

  /** With the id of the process whose it is. */
  private static final Pattern BEGUN =
      Pattern.compile(PREFIX + "[0-9a-f]+-(\\d{1,18})-\\d+(-\\d+)?\\.(part|record)");

  /** It takes one or two; nobody is to wait for ever for what is a help only. */
  private static final int MOST_SECONDS = 60;

  private final List<String> command;
  private final Path file;
  private final Path unfinished;
  private final String own;

  /** Those that record for it: which of them gets to do something is not known before. */
  private final Set<Integer> recorders = new HashSet<>();

  /** It is made, or cannot be: nobody records any more. */
  private boolean settled;

  private ClassArchive(Path directory, List<String> command, long key) {
    String name = PREFIX + Long.toHexString(key);
    this.own = name + "-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    this.command = command;
    this.file = directory.resolve(name + ".aot");
    this.unfinished = directory.resolve(own + ".part");
  }

  /**
   * For workers that are started so.
   *
   * @param command the program, its flags, {@code -cp} and the class path, which must be jars
   * @return null where there can be none, as with folders in the class path
   */
  static @Nullable ClassArchive of(Path directory, List<String> command) {
    int at = command.indexOf("-cp");
    if (at < 0 || command.stream().anyMatch(ClassArchive::isAgainst)) {
      return null;
    }
    long key = System.getProperty("java.vm.version", "").hashCode();
    for (String part : command) {
      key = 31 * key + part.hashCode();
    }
    for (String entry : command.get(at + 1).split(File.pathSeparator)) {
      File jar = new File(entry);
      if (!jar.isFile()) {
        return null;
      }
      key = 31 * (31 * key + jar.length()) + jar.lastModified();
    }
    try {
      Files.createDirectories(directory);
      sweep(directory);
    } catch (IOException | DirectoryIteratorException unwritable) {
      return null;
    }
    return new ClassArchive(
        directory, List.copyOf(command.subList(0, at + 2)), key * 0x9e3779b97f4a7c15L);
  }

  /** Deletes what processes that were killed meanwhile had begun. */
  private static void sweep(Path directory) throws IOException {
    try (DirectoryStream<Path> begun = Files.newDirectoryStream(directory, PREFIX + "*")) {
      for (Path each : begun) {
        Matcher name = BEGUN.matcher(each.getFileName().toString());
        if (name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
          delete(each);
        }
      }
    }
  }

  private static boolean isAgainst(String flag) {
    return AGAINST.stream().anyMatch(flag::startsWith);
  }

  /** The command for that worker: to use the archive, or to record what is to be in it. */
  synchronized List<String> command(int worker, List<String> plain) {
    if (Files.exists(file)) {
      return with(plain, List.of("-XX:AOTCache=" + file));
    }
    if (settled || !Files.isWritable(file.getParent())) {
      return plain;
    }
    recorders.add(worker);
    return with(
        plain,
        List.of(
            "-XX:AOTMode=record",
            "-XX:AOTConfiguration=" + recorded(worker),
            // It would say on the worker's output that it has.
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:-DisplayVMOutput"));
  }

  private static List<String> with(List<String> plain, List<String> flags) {
    int at = plain.indexOf("-cp");
    List<String> all = new ArrayList<>(plain.subList(0, at));
    all.addAll(flags);
    all.addAll(QUIETLY);
    // The same when it is recorded, made, and used: the JVM insists on that.
    all.addAll(WorkerCommand.quickStart());
    all.addAll(plain.subList(at, plain.size()));
    return all;
  }

  /** Whether that worker records for it, so that {@link #make} is to follow. */
  synchronized boolean isMadeBy(int worker) {
    return recorders.contains(worker);
  }

  private Path recorded(int worker) {
    return unfinished.resolveSibling(own + "-" + worker + ".record");
  }

  /**
   * A worker that records for it has ended; the first that is useful counts.
   *
   * @param inOrder whether it has done so in order; if not, recording itself may be why
   * @param useful whether it has done something before
   * @param builder what starts a process with a worker's environment
   */
  void make(int worker, boolean inOrder, boolean useful, ProcessBuilder builder)
      throws InterruptedException {
    boolean first;
    synchronized (this) {
      recorders.remove(worker);
      first = inOrder && useful && !settled;
      settled |= first || !inOrder;
    }
    Path recorded = recorded(worker);
    try {
      if (first && Files.exists(recorded)) {
        List<String> flags =
            List.of(
                "-XX:AOTMode=create",
                "-XX:AOTConfiguration=" + recorded,
                "-XX:AOTCache=" + unfinished);
        builder.command(with(command, flags)).redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        Process making = builder.start();
        boolean ended = making.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
        making.destroyForcibly();
        if (ended && making.exitValue() == 0 && Files.exists(unfinished)) {
          Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        }
      }
    } catch (IOException failed) {
      // Then workers start as they did before; the next pool tries again.
    }
    if (first) {
      delete(unfinished);
    }
    delete(recorded);
  }

  private static void delete(Path leftover) {
    try {
      Files.deleteIfExists(leftover);
    } catch (IOException kept) {
      // Of no use, and of no harm.
    }
  }
}
