package dev.treadle.io;

import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.CancelScope;
import dev.treadle.Cancelled;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.Virtually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(Leaks.class)
@Timeout(60)
class SeekableFileTest {
  @TempDir private Path directory;

  private Path path() {
    return directory.resolve("file-of-a-test.bin");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(US_ASCII);
  }

  private static String text(byte @Nullable [] bytes) {
    return new String(Objects.requireNonNull(bytes), US_ASCII);
  }

  @Test
  void shouldReadAndWriteAtAPlace() {
    Virtually.run(
        () -> {
          try (SeekableFile file = AsyncFiles.openSeekable(path(), CREATE, READ, WRITE)) {
            assertThat(file.path()).isEqualTo(path());
            file.writeAt(0, bytes("0123456789"));
            file.writeAt(3, ByteBuffer.wrap(bytes("abc")));
            assertThat(text(file.readAt(2, 5))).isEqualTo("2abc6");
            assertThat(text(file.readAt(8, 100))).as("up to the end").isEqualTo("89");
            assertThat(file.readAt(10, 1)).as("at the end").isNull();
            assertThat(file.readAt(99, 1)).as("after the end").isNull();
            assertThat(file.readAt(4, 0)).isEmpty();
            ByteBuffer into = ByteBuffer.allocate(4);
            assertThat(file.readAt(7, into)).isEqualTo(3);
            assertThat(into.position()).isEqualTo(3);
            assertThat(file.readAt(10, into)).isEqualTo(-1);
            assertThat(file.position()).as("not moved by these").isZero();
          }
          assertThat(path()).hasContent("012abc6789");
        });
  }

  @Test
  void shouldMoveItsPositionWithReadsAndWrites() {
    Virtually.run(
        () -> {
          try (SeekableFile file = AsyncFiles.openSeekable(path(), CREATE_NEW, READ, WRITE)) {
            file.write(bytes("hello "));
            file.write(bytes("files"));
            assertThat(file.position()).isEqualTo(11);
            assertThat(file.read(5)).isNull();
            file.position(6);
            assertThat(text(file.read(3))).isEqualTo("fil");
            assertThat(text(file.read(30))).isEqualTo("es");
            assertThat(file.position()).isEqualTo(11);
            file.position(13);
            file.write(bytes("!"));
            assertThat(file.size()).isEqualTo(14);
            assertThat(file.readAt(11, 3)).containsExactly(0, 0, '!');
          }
        });
  }

  @Test
  void shouldCutAndLengthen() {
    Virtually.run(
        () -> {
          try (SeekableFile file = AsyncFiles.openSeekable(path(), CREATE, READ, WRITE)) {
            file.write(bytes("0123456789"));
            file.truncate(4);
            assertThat(file.size()).isEqualTo(4);
            assertThat(file.position()).as("stays").isEqualTo(10);
            file.truncate(6);
            assertThat(file.readAt(0, 99)).containsExactly('0', '1', '2', '3', 0, 0);
            file.truncate(6);
            file.force();
            assertThat(file.size()).isEqualTo(6);
            file.truncate(0);
            assertThat(Files.size(path())).isZero();
          }
        });
  }

  @Test
  void shouldDoTheTurnsOfSeveralTasksInOrder() {
    Virtually.run(
        () -> {
          try (SeekableFile file = AsyncFiles.openSeekable(path(), CREATE, READ, WRITE)) {
            List<Task<?>> writers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
              byte[] line = bytes(String.format("%03d\n", i));
              writers.add(spawn(() -> file.write(line)));
            }
            writers.forEach(Treadle::await);
            assertThat(Files.readAllLines(path()))
                .hasSize(100)
                .isSorted()
                .startsWith("000")
                .endsWith("099");
          }
        });
  }

  /** Against an array that is done the same to. */
  @Test
  void shouldBeAsAnArrayForRandomOperations() {
    Random random = new Random(20);
    Virtually.run(
        () -> {
          byte[] model = new byte[0];
          try (SeekableFile file = AsyncFiles.openSeekable(path(), CREATE, READ, WRITE)) {
            for (int i = 0; i < 500; i++) {
              int place = random.nextInt(300);
              byte[] some = new byte[random.nextInt(40)];
              random.nextBytes(some);
              switch (random.nextInt(3)) {
                case 0 -> {
                  file.writeAt(place, some);
                  if (some.length > 0) {
                    model = Arrays.copyOf(model, Math.max(model.length, place + some.length));
                    System.arraycopy(some, 0, model, place, some.length);
                  }
                }
                case 1 -> {
                  file.truncate(place);
                  model = Arrays.copyOf(model, place);
                }
                default -> {
                  byte[] read = file.readAt(place, 40);
                  int end = Math.min(model.length, place + 40);
                  assertThat(read)
                      .as("step %s", i)
                      .isEqualTo(place >= end ? null : Arrays.copyOfRange(model, place, end));
                }
              }
              assertThat(file.size()).isEqualTo(model.length);
            }
          }
        });
  }

  /** A channel whose thread is interrupted is closed by the JDK. */
  @Test
  void shouldGoOnAfterAnOperationThatWasCancelledWhileItRan() {
    Virtually.run(
        () -> {
          try (SeekableFile file = AsyncFiles.openSeekable(path(), CREATE, READ, WRITE)) {
            byte[] much = new byte[8 << 20];
            for (int i = 0; i < 5; i++) {
              Task<?> writer = spawn(() -> file.writeAt(0, much));
              yieldNow();
              writer.cancel();
              yieldNow();
            }
            assertThat(file.size()).isLessThanOrEqualTo(much.length);
            file.writeAt(much.length, bytes("x"));
            assertThat(file.size()).isEqualTo(much.length + 1);
          }
        });
  }

  @Test
  void shouldDoNothingInACancelledScopeButClose() {
    Virtually.run(
        () -> {
          // Twice is once, as for all who open files.
          SeekableFile file = AsyncFiles.openSeekable(path(), CREATE, WRITE, WRITE);
          boolean[] refused = new boolean[1];
          CancelScope scope = new CancelScope();
          scope.run(
              () -> {
                scope.cancel();
                try {
                  file.writeAt(0, bytes("x"));
                } catch (Cancelled cancelled) {
                  refused[0] = true;
                }
                file.close();
              });
          assertThat(refused[0]).isTrue();
          assertThat(file).hasToString("SeekableFile[" + path() + " writing closed]");
          assertThat(path()).isEmptyFile();
          file.close();
        });
  }

  @Test
  void shouldSayWhatIsWrong() throws IOException {
    Files.write(path(), bytes("here"));
    Virtually.run(
        () -> {
          assertThatIllegalArgumentException()
              .isThrownBy(() -> AsyncFiles.openSeekable(path(), APPEND))
              .withMessage(
                  "openSeekable() to append: path=" + path() + "; give WRITE, or use open()");
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> AsyncFiles.openSeekable(path(), CREATE_NEW, WRITE))
              .withMessage("openSeekable() failed: path=" + path() + " cause=exists already")
              .withCauseInstanceOf(FileAlreadyExistsException.class);
          SeekableFile file = AsyncFiles.openSeekable(path());
          assertThat(file).hasToString("SeekableFile[" + path() + " reading]");
          assertThatIllegalStateException()
              .isThrownBy(() -> file.write(bytes("x")))
              .withMessageStartingWith("write() of a file not open for writing: path=" + path());
          assertThatIllegalStateException().isThrownBy(() -> file.truncate(0));
          assertThatIllegalArgumentException()
              .isThrownBy(() -> file.readAt(-1, 1))
              .withMessageContaining("place=-1 count=1; give 0 or more");
          assertThatIllegalArgumentException().isThrownBy(() -> file.read(-1));
          assertThatIllegalArgumentException().isThrownBy(() -> file.position(-1));
          file.close();
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> file.readAt(0, 1))
              .withMessage("readAt() failed: path=" + path() + " cause=the file is closed");
          SeekableFile written = AsyncFiles.openSeekable(path(), WRITE);
          assertThatIllegalStateException()
              .isThrownBy(() -> written.readAt(0, 1))
              .withMessageStartingWith("readAt() of a file not open for reading: path=" + path());
          Loop.current().execute(() -> assertThatIllegalStateException().isThrownBy(written::size));
          yieldNow();
          written.close();
        });
  }
}
