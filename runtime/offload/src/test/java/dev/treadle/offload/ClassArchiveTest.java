package dev.treadle.offload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ClassArchiveTest {
  @TempDir Path directory;

  @Test
  void shouldBeMadeByTheFirstPoolAndUsedByTheNext() throws Exception {
    List<String> jars = List.of(jar(ProcessPool.class), jar(PoolSteps.class));
    Path archives = directory.resolve("archives");
    assertThat(flagsOfAWorker(jars, archives))
        .anyMatch(flag -> flag.startsWith("-XX:AOTConfiguration=" + archives));
    Path archive;
    try (Stream<Path> made = Files.list(archives)) {
      archive = made.reduce((one, other) -> one.resolve("and more")).orElseThrow();
    }
    assertThat(archive.toString()).endsWith(".aot");
    assertThat(flagsOfAWorker(jars, archives)).contains("-XX:AOTCache=" + archive);

    // Other jars of the same names: what is there is not for them.
    Files.delete(Path.of(jars.getLast()));
    Files.write(directory.resolve("more"), new byte[10_000]);
    jar(PoolSteps.class, directory.resolve("more"));
    assertThat(flagsOfAWorker(jars, archives)).noneMatch(flag -> flag.startsWith("-XX:AOTCache"));
  }

  @Test
  void shouldDoNoHarmWhenItIsBroken() throws Exception {
    List<String> jars = List.of(jar(ProcessPool.class), jar(PoolSteps.class));
    flagsOfAWorker(jars, directory);
    List<Path> made;
    try (Stream<Path> files = Files.list(directory)) {
      made = files.filter(file -> file.toString().endsWith(".aot")).toList();
    }
    assertThat(made).hasSize(1);
    made.getFirst().toFile().setWritable(true);
    Files.writeString(made.getFirst(), "not an archive");
    assertThat(flagsOfAWorker(jars, directory)).contains("-XX:AOTCache=" + made.getFirst());
  }

  @Test
  void shouldDeleteWhatProcessesThatAreGoneHadBegun() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    long here = ProcessHandle.current().pid();
    List<String> kept =
        List.of("treadle-worker-1f-" + here + "-7-1.record", "treadle-worker-1f.aot", "other.part");
    for (String name : kept) {
      Files.createFile(directory.resolve(name));
    }
    for (String end : List.of("-7.part", "-7-1.record")) {
      Files.createFile(directory.resolve("treadle-worker-1f-" + gone.pid() + end));
    }

    String jar = jar(ProcessPool.class);
    assertThat(ClassArchive.of(directory, List.of("java", "-cp", jar))).isNotNull();
    Files.delete(Path.of(jar));

    assertThat(directory.toFile().list()).containsExactlyInAnyOrderElementsOf(kept);
  }

  @Test
  void shouldDoWithoutWhereTheClassPathHasFolders() {
    assertThat(flagsOfAWorker(List.of(), directory)).noneMatch(flag -> flag.contains("AOT"));
    assertThat(directory).isEmptyDirectory();
  }

  /** Those of a worker that has ended in order; it writes nothing. */
  private static List<String> flagsOfAWorker(List<String> classPath, Path archives) {
    StringBuffer written = new StringBuffer();
    List<String> flags;
    try (ProcessPool pool =
        ProcessPool.builder()
            .workers(1)
            .classPath(classPath)
            .archive(archives)
            .output((worker, pid, error, line) -> written.append(line))
            .open()) {
      flags =
          pool.submit(() -> List.copyOf(ManagementFactory.getRuntimeMXBean().getInputArguments()))
              .join();
    }
    assertThat(written).isEmpty();
    return flags;
  }

  /** What is there beside the class, as a jar. */
  private String jar(Class<?> of, Path... more) throws Exception {
    Path classes = Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path jar = directory.resolve(of.getSimpleName() + ".jar");
    try (OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(file);
        Stream<Path> all = Files.walk(classes)) {
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        add(zip, classes.relativize(each).toString(), each);
      }
      for (Path each : more) {
        add(zip, each.getFileName().toString(), each);
      }
    }
    return jar.toString();
  }

  private static void add(ZipOutputStream zip, String name, Path content) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    Files.copy(content, zip);
    zip.closeEntry();
  }
}
