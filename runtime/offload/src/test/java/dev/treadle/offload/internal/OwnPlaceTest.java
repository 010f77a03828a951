package dev.treadle.offload.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnPlaceTest {
  @TempDir Path directory;

  @Test
  void shouldBeOursAloneWhenNothingElseIsInTheJar() throws Exception {
    assertThat(OwnPlace.isOursAlone(jar("META-INF/x", "dev/", "dev/treadle/offload/A.class")))
        .isTrue();
  }

  @Test
  void shouldNotBeOursAloneWhenTheJarIsAWholePrograms() throws Exception {
    assertThat(OwnPlace.isOursAlone(jar("dev/treadle/A.class", "dev/other/B.class"))).isFalse();
    assertThat(OwnPlace.isOursAlone(jar("dev/treadle/A.class", "application.properties")))
        .isFalse();
  }

  @Test
  void shouldTellOursFromOthersWhenItIsAFolder() throws Exception {
    Files.createDirectories(directory.resolve("dev/treadle"));
    Files.createDirectories(directory.resolve("META-INF"));
    assertThat(OwnPlace.isOursAlone(directory.toFile())).isTrue();
    Files.createDirectories(directory.resolve("dev/other"));
    assertThat(OwnPlace.isOursAlone(directory.toFile())).isFalse();
  }

  @Test
  void shouldLeaveAClassPathAsItIsWhenOursIsNotInIt() {
    List<String> classPath = List.of("a.jar", "b.jar");
    assertThat(OwnPlace.first(classPath)).isSameAs(classPath);
  }

  private File jar(String... names) throws Exception {
    Path jar = Files.createTempFile(directory, "a", ".jar");
    try (OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      for (String name : names) {
        zip.putNextEntry(new ZipEntry(name));
        zip.closeEntry();
      }
    }
    return jar.toFile();
  }
}
