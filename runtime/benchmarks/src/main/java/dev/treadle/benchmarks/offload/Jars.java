package dev.treadle.benchmarks.offload;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * This program's class path as a program that is shipped has it: of jars. Maven gives its own
 * module as a folder, of which the JVM takes no archive.
 */
final class Jars {
  private Jars() {}

  /** The entries, folders packed into jars in that directory, which is made. */
  static List<String> classPath(Path directory) {
    List<String> entries = new ArrayList<>();
    try {
      Files.createDirectories(directory);
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
        Path path = Path.of(entry);
        if (Files.isDirectory(path)) {
          Path jar = directory.resolve("classes-" + entries.size() + ".jar");
          pack(path, jar);
          entries.add(jar.toString());
        } else if (Files.exists(path)) {
          entries.add(entry);
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return entries;
  }

  private static void pack(Path folder, Path jar) throws IOException {
    if (Files.exists(jar)) {
      return;
    }
    try (OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(file);
        Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        zip.putNextEntry(new ZipEntry(folder.relativize(each).toString().replace('\\', '/')));
        Files.copy(each, zip);
        zip.closeEntry();
      }
    }
  }
}
