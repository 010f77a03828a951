package dev.treadle.io;

import dev.treadle.Cancelled;
import dev.treadle.Receiver;
import dev.treadle.Treadle;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.UUID;
import java.util.concurrent.CompletionException;

/** A file on its way into another's place. */
final class AtomicWrite {
  private final Path path;
  private final Path temporary;
  private final OutputStream output;

  private AtomicWrite(Path path, Path temporary, OutputStream output) {
    this.path = path;
    this.temporary = temporary;
    this.output = output;
  }

  /** Makes the temporary file; blocks. */
  static AtomicWrite begin(Path path) throws IOException {
    // Beside it, as a move is one step only within a file system. Not by createTempFile, whose
    // files are for their owner alone.
    Path temporary =
        path.resolveSibling("." + path.getFileName() + "." + UUID.randomUUID() + ".tmp");
    OutputStream output =
        Files.newOutputStream(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return new AtomicWrite(path, temporary, output);
  }

  /** Has the body write it, then moves it; in the task. */
  void run(Receiver<? super StreamWriter> body) {
    try {
      try (FileStream file = new FileStream(temporary, output)) {
        body.receive(file.writer());
      }
      AsyncFiles.on("writeAtomically", path, this::move);
    } catch (RuntimeException | Error failure) {
      discard(failure);
      throw failure;
    } catch (Exception failure) {
      discard(failure);
      throw new CompletionException(failure);
    }
  }

  private void discard(Throwable failure) {
    try {
      Treadle.shield(() -> Treadle.onThread(() -> Files.deleteIfExists(temporary)));
    } catch (IOException | Cancelled left) {
      failure.addSuppressed(left);
    }
  }

  private void move() throws IOException {
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    PosixFileAttributeView old = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (old != null && Files.exists(path)) {
      Files.setPosixFilePermissions(temporary, old.readAttributes().permissions());
    }
    Files.move(
        temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
