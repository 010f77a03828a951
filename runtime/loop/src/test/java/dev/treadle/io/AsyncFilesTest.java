package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.run;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.treadle.CancelScope;
import dev.treadle.Deferred;
import dev.treadle.Loop;
import dev.treadle.ThreadLimiter;
import dev.treadle.Virtually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(Leaks.class)
@Timeout(60)
class AsyncFilesTest {
  private static final int MIB = 1 << 20;

  @TempDir private Path directory;

  private Path file() {
    return directory.resolve("file-of-a-test.txt");
  }

  private Path file(String content) throws IOException {
    return Files.writeString(file(), content);
  }

  @Test
  void shouldReadWhatItHasWritten() {
    Virtually.run(
        () -> {
          AsyncFiles.write(file(), "grüße\n");
          AsyncFiles.write(file(), new byte[] {'!'}, StandardOpenOption.APPEND);
          assertThat(AsyncFiles.readString(file(), 100)).isEqualTo("grüße\n!");
          assertThat(AsyncFiles.readAllBytes(file(), 100)).isEqualTo("grüße\n!".getBytes("UTF-8"));
        });
  }

  @Test
  void shouldRefuseAFileOverTheLimitAndNoneAtIt() throws IOException {
    file("12345");
    Virtually.run(
        () -> {
          assertThat(AsyncFiles.readString(file(), 5)).isEqualTo("12345");
          assertThatExceptionOfType(LimitExceededException.class)
              .isThrownBy(() -> AsyncFiles.readString(file(), 4))
              .withMessageStartingWith(
                  "readString() over its limit: stream=" + file() + " limit=4; ");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> AsyncFiles.readAllBytes(file(), -1))
              .withMessage("no such limit: limit=-1; give one from 0");
        });
  }

  @Test
  void shouldNameThePathAndTheReasonWhenThereIsNoSuchFile() {
    Virtually.run(
        () -> {
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> AsyncFiles.readString(file(), 4))
              .withMessage("readString() failed: path=" + file() + " cause=no such file")
              .withCauseInstanceOf(NoSuchFileException.class);
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> AsyncFiles.open(file()))
              .withMessage("open() failed: path=" + file() + " cause=no such file");
        });
  }

  @Test
  void shouldReadALargeFileLineByLineInBoundedMemory() throws IOException {
    long size = 64L * MIB;
    String line = "x".repeat(1023) + "\n";
    try (var out = Files.newOutputStream(file())) {
      byte[] block = line.repeat(1024).getBytes(StandardCharsets.US_ASCII);
      for (long n = 0; n < size; n += block.length) {
        out.write(block);
      }
    }
    run(
        () -> {
          long lines = 0;
          long most = 0;
          try (FileStream file = AsyncFiles.open(file())) {
            for (String each : file.reader().lines()) {
              lines++;
              assertThat(each.length()).isEqualTo(1023);
              most = Math.max(most, file.reader().buffered());
            }
          }
          assertThat(lines).isEqualTo(size / 1024);
          assertThat(most).isPositive().isLessThanOrEqualTo(2L * LaneSource.CHUNK);
        });
  }

  @Test
  void shouldWriteThroughTheStreamInTheOrderOfTheCallsWhenSeveralTasksWrite() {
    Virtually.run(
        () -> {
          try (FileStream file =
              AsyncFiles.open(file(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            group(
                g -> {
                  for (int n = 0; n < 20; n++) {
                    String text = n + ";";
                    g.spawn(() -> file.writer().write(text));
                  }
                });
            file.writer().write(ByteBuffer.wrap(new byte[] {'.'}));
            file.writer().flush();
            assertThat(AsyncFiles.readString(file(), 1000))
                .isEqualTo(
                    String.join(
                            ";", Stream.iterate(0, n -> n + 1).limit(20).map(n -> n + "").toList())
                        + ";.");
          }
        });
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "counts descriptors in /proc")
  void shouldLeaveNoDescriptorWhenCancelledInTheMiddle() throws IOException {
    file("line\n".repeat(100_000));
    run(
        () -> {
          List<Integer> read = new ArrayList<>();
          var reader =
              spawn(
                  () -> {
                    try (FileStream file = AsyncFiles.open(file())) {
                      assertThat(Descriptors.of(file())).isOne();
                      while (true) {
                        byte[] some = file.reader().read(1000);
                        read.add(some == null ? 0 : some.length);
                        yieldNow();
                      }
                    }
                  });
          while (read.size() < 10) {
            yieldNow();
          }
          reader.cancel();
          while (!reader.isDone()) {
            yieldNow();
          }
          assertThat(reader.isCancelled()).isTrue();
          assertThat(Descriptors.of(file())).isZero();
        });
  }

  @Test
  void shouldLoseNoByteWhenReadsAreInterruptedInTheMiddle() throws IOException {
    int size = 3 * MIB;
    byte[] content = new byte[size];
    for (int n = 0; n < size; n++) {
      content[n] = (byte) (n * 31 >> 8);
    }
    Files.write(file(), content);
    run(
        () -> {
          var got = new java.io.ByteArrayOutputStream();
          try (FileStream file = AsyncFiles.open(file())) {
            for (boolean more = true; more; ) {
              CancelScope scope = new CancelScope();
              Loop.current().execute(scope::cancel);
              var part = scope.run(() -> file.reader().read(100_000));
              if (!scope.cancelledCaught()) {
                part.ifPresent(got::writeBytes);
                more = part.isPresent();
              }
            }
          }
          assertThat(got.toByteArray()).isEqualTo(content);
        });
  }

  @Test
  void shouldReplaceAFileInOneStepAndKeepItsPermissions() throws IOException {
    file("old");
    boolean posix = Files.getFileStore(file()).supportsFileAttributeView("posix");
    if (posix) {
      Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r-----"));
    }
    Virtually.run(
        () -> {
          AsyncFiles.writeAtomically(
              file(),
              out -> {
                out.write("new ");
                assertThat(AsyncFiles.readString(file(), 10)).isEqualTo("old");
                out.write("content");
              });
          assertThat(AsyncFiles.readString(file(), 100)).isEqualTo("new content");
          AsyncFiles.writeAtomically(file(), "text");
          AsyncFiles.writeAtomically(directory.resolve("fresh"), new byte[] {'b'});
        });
    assertThat(file()).hasContent("text");
    assertThat(directory.resolve("fresh")).hasContent("b");
    assertThat(siblings()).containsExactly("file-of-a-test.txt", "fresh");
    if (posix) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
          .isEqualTo("rw-r-----");
    }
  }

  @Test
  void shouldLeaveTheOldFileAndNothingElseWhenTheBodyFailsOrIsCancelled() throws IOException {
    file("old");
    Virtually.run(
        () -> {
          assertThatExceptionOfType(CompletionException.class)
              .isThrownBy(
                  () ->
                      AsyncFiles.writeAtomically(
                          file(),
                          out -> {
                            out.write("half");
                            throw new IOException("upstream is gone");
                          }))
              .withCauseInstanceOf(IOException.class);
          var download =
              spawn(
                  () ->
                      AsyncFiles.writeAtomically(
                          file(),
                          out -> {
                            out.write("half");
                            sleep(Duration.ofDays(1));
                          }));
          sleep(Duration.ofHours(1));
          assertThat(siblings()).hasSize(2);
          download.cancel();
          while (!download.isDone()) {
            yieldNow();
          }
        });
    assertThat(file()).hasContent("old");
    assertThat(siblings()).containsExactly("file-of-a-test.txt");
  }

  private List<String> siblings() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void shouldNotBlockTheLoopAndCountForTheLimiterOfThePool() throws IOException {
    file("content");
    Virtually.loop()
        .threads(1)
        .run(
            () -> {
              CountDownLatch release = new CountDownLatch(1);
              var occupied = spawn(() -> onThread(() -> release.await()));
              yieldNow();
              Deferred<String> text = new Deferred<>();
              var reader = spawn(() -> text.complete(AsyncFiles.readString(file(), 100)));
              for (int n = 0; n < 10; n++) {
                yieldNow();
              }
              ThreadLimiter limiter = Loop.current().threadLimiter();
              assertThat(limiter.statistics().waiting()).isOne();
              assertThat(text.isDone()).isFalse();
              release.countDown();
              await(occupied);
              await(reader);
              assertThat(await(text)).isEqualTo("content");
            });
  }

  @Test
  void shouldWriteAtTheCloseWhatACancelledWriteHasLeft() {
    Virtually.loop()
        .threads(1)
        .run(
            () -> {
              CountDownLatch release = new CountDownLatch(1);
              try (FileStream file =
                  AsyncFiles.open(file(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                var occupied = spawn(() -> onThread(() -> release.await()));
                yieldNow();
                var writer = spawn(() -> file.writer().write("left"));
                yieldNow();
                writer.cancel();
                yieldNow();
                assertThat(writer.isCancelled()).isTrue();
                release.countDown();
                await(occupied);
              }
              assertThat(AsyncFiles.readString(file(), 100)).isEqualTo("left");
            });
  }

  @Test
  void shouldRefuseTheOtherDirectionAndAnyOnceClosed() throws IOException {
    file("content");
    Virtually.run(
        () -> {
          FileStream reading = AsyncFiles.open(file());
          assertThatIllegalStateException()
              .isThrownBy(reading::writer)
              .withMessageStartingWith("writer() of a file open for reading: path=" + file());
          assertThat(reading).hasToString("FileStream[" + file() + " reading]");
          StreamReader reader = reading.reader();
          reading.close();
          reading.close();
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> reader.read(1))
              .withMessageContaining("stream=" + file() + " cause=the file is closed");
          FileStream writing = AsyncFiles.open(file(), StandardOpenOption.APPEND);
          assertThatIllegalStateException()
              .isThrownBy(writing::reader)
              .withMessageStartingWith("reader() of a file open for writing: path=" + file());
          writing.close();
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> writing.writer().write("more"))
              .withMessageContaining("the file is closed");
          assertThat(writing.path()).isEqualTo(file());
        });
  }

  @Test
  void shouldTellAtTheWriteWhenTheDiskIsFull() {
    Path full = Path.of("/dev/full");
    assumeThat(full).as("only Linux has a disk that is always full").exists();
    run(
        () -> {
          try (FileStream file = AsyncFiles.open(full, StandardOpenOption.WRITE)) {
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> file.writer().write("more"))
                .withMessageStartingWith("write() failed: stream=/dev/full cause=No space left");
          }
        });
  }

  @Test
  void shouldNotBeginInACancelledScope() {
    Virtually.run(
        () -> {
          CancelScope scope = new CancelScope();
          scope.cancel();
          scope.run(() -> AsyncFiles.write(file(), "never"));
          assertThat(scope.cancelledCaught()).isTrue();
          assertThat(file()).doesNotExist();
        });
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "its locks keep others from reading")
  void shouldReadAFileThatGrowsUpToItsEndAtThatTime() throws IOException {
    file("one\n");
    Virtually.run(
        () -> {
          try (FileStream file = AsyncFiles.open(file());
              FileChannel more = FileChannel.open(file(), StandardOpenOption.APPEND)) {
            assertThat(file.reader().readLine()).isEqualTo("one");
            more.write(ByteBuffer.wrap("two".getBytes(StandardCharsets.US_ASCII)));
            assertThat(file.reader().readLine()).isEqualTo("two");
            assertThat(file.reader().readLine()).isNull();
          }
        });
  }
}
