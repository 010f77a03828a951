package dev.treadle.offload.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoardTest {
  @TempDir Path directory;

  @Test
  void shouldSayWhatRunsWhenACallBeginsAndEnds() throws IOException {
    try (Board parent = Board.create(directory.resolve("b"));
        Board worker = Board.open(directory.resolve("b"))) {
      assertThat(parent.running()).isZero();
      assertThat(parent.begun()).isZero();
      assertThat(worker.begin(5)).isEqualTo(Board.RUN);
      assertThat(parent.running()).isEqualTo(5);
      assertThat(parent.begun()).isEqualTo(5);
      assertThat(worker.end(5)).isTrue();
      assertThat(parent.running()).isZero();
      assertThat(parent.begun()).isEqualTo(5);
      assertThat(parent.doom(5)).isFalse();
    }
  }

  @Test
  void shouldNeverEndWhenDoomed() throws IOException {
    try (Board parent = Board.create(directory.resolve("b"));
        Board worker = Board.open(directory.resolve("b"))) {
      worker.begin(5);
      assertThat(parent.doom(4)).isFalse();
      assertThat(parent.doom(5)).isTrue();
      assertThat(parent.running()).isNegative();
      assertThat(worker.end(5)).isFalse();
    }
  }

  @Test
  void shouldNotBeginWhenRevoked() throws IOException {
    try (Board parent = Board.create(directory.resolve("b"));
        Board worker = Board.open(directory.resolve("b"))) {
      parent.revoke(6);
      assertThat(worker.begin(5)).isEqualTo(Board.RUN);
      assertThat(worker.end(5)).isTrue();
      assertThat(worker.begin(6)).isEqualTo(Board.REVOKED);
      assertThat(parent.begun()).isEqualTo(5);
      assertThat(parent.doom(6)).isFalse();
      // The same place of the table, another call.
      assertThat(worker.begin(70)).isEqualTo(Board.RUN);
    }
  }

  @Test
  void shouldSayWhatWasSaidLastWhenAskedForProgress() throws IOException {
    try (Board parent = Board.create(directory.resolve("b"));
        Board worker = Board.open(directory.resolve("b"))) {
      assertThat(parent.progress()).isNull();
      worker.progress(5, 1, 10, "first");
      worker.progress(5, 2, 10, "");
      assertThat(parent.progress()).isEqualTo(new Board.Report(5, 2, 10, ""));
      worker.progress(6, 3, 0, "\u20ac".repeat(200));
      assertThat(parent.progress()).isEqualTo(new Board.Report(6, 3, 0, "\u20ac".repeat(170)));
    }
  }

  @Test
  void shouldNeverMixTwoReportsWhenReadWhileWritten() throws Exception {
    try (Board parent = Board.create(directory.resolve("b"));
        Board worker = Board.open(directory.resolve("b"))) {
      AtomicBoolean stop = new AtomicBoolean();
      Thread[] writers = new Thread[2];
      for (int i = 0; i < writers.length; i++) {
        long from = i;
        writers[i] =
            new Thread(
                () -> {
                  for (long n = from; !stop.get(); n += writers.length) {
                    worker.progress(n, n, n, String.valueOf(n).repeat((int) (n % 20) + 1));
                  }
                });
        writers[i].start();
      }
      int read = 0;
      for (int i = 0; i < 100_000 || read == 0; i++) {
        Board.Report report = parent.progress();
        if (report != null) {
          long n = report.seq();
          assertThat(report)
              .isEqualTo(new Board.Report(n, n, n, String.valueOf(n).repeat((int) (n % 20) + 1)));
          read++;
        }
      }
      stop.set(true);
      for (Thread writer : writers) {
        writer.join();
      }
      assertThat(read).isPositive();
    }
  }

  @Test
  void shouldRefuseWhenTheFileIsThereOrOfAnotherSize() throws IOException {
    Path file = Files.write(directory.resolve("b"), new byte[10]);
    assertThatThrownBy(() -> Board.create(file)).isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> Board.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("size=10");
  }

  @Test
  void shouldBeFilledWhenCreatedAndCloseTwice() throws IOException {
    Board board = Board.create(directory.resolve("b"));
    assertThat(board.progress()).isNull();
    assertThat(Files.readAllBytes(directory.resolve("b"))).hasSize(4096).containsOnly(0);
    board.close();
    board.close();
    assertThatThrownBy(board::running).isInstanceOf(IllegalStateException.class);
  }
}
