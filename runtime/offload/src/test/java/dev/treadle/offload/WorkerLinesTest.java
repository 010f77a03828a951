package dev.treadle.offload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.offload.internal.WorkerOutput;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkerLinesTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final List<String> seen = new ArrayList<>();
  private final WorkerLines lines =
      new WorkerLines((error, text) -> seen.add((error ? "err " : "out ") + text));

  @Test
  void shouldTellTheTwoStreamsApartThoughTheyShareAPipe() {
    write("one\ntw");
    written.write(WorkerOutput.ERR);
    write("wrong\nnot ");
    written.write(WorkerOutput.OUT);
    write("o\r\n");
    written.write(WorkerOutput.ERR);
    write("ended");
    lines.drain(process());
    assertThat(seen).containsExactly("out one", "err wrong", "out two", "err not ended");
  }

  @Test
  void shouldCutALongLine() {
    write("x".repeat(WorkerLines.MOST_BYTES + 5) + "\n");
    lines.drain(process());
    assertThat(seen)
        .containsExactly("out " + "x".repeat(WorkerLines.MOST_BYTES), "out " + "x".repeat(5));
  }

  @Test
  void shouldKeepTheLastLines() {
    for (int i = 0; i < 50; i++) {
      write("line " + i + "\n");
    }
    lines.drain(process());
    assertThat(lines.last()).hasSize(WorkerLines.LAST_LINES).startsWith("line 30");
    assertThat(lines.last().getLast()).isEqualTo("line 49");
  }

  /** Else the worker would wait for ever, with its pipe full. */
  @Test
  void shouldReadOnWhenALineIsNotTaken() {
    List<String> taken = new ArrayList<>();
    WorkerLines picky =
        new WorkerLines(
            (error, text) -> {
              if (text.equals("bad")) {
                throw new IllegalStateException("not that one");
              }
              taken.add(text);
            });
    write("good\nbad\nbetter\n");
    picky.drain(process());
    assertThat(taken).containsExactly("good", "better");
  }

  @Test
  void shouldKeepCharactersWhole() {
    write("Grüße, 世界\n");
    lines.drain(process());
    assertThat(seen).containsExactly("out Grüße, 世界");
  }

  private void write(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    written.write(bytes, 0, bytes.length);
  }

  /** One that has ended, and has written that. */
  private Process process() {
    return new Process() {
      private final InputStream output = new ByteArrayInputStream(written.toByteArray());

      @Override
      public InputStream getInputStream() {
        return output;
      }

      @Override
      public boolean isAlive() {
        return true;
      }

      @Override
      public OutputStream getOutputStream() {
        return OutputStream.nullOutputStream();
      }

      @Override
      public InputStream getErrorStream() {
        return InputStream.nullInputStream();
      }

      @Override
      public int waitFor() {
        return 0;
      }

      @Override
      public int exitValue() {
        throw new IllegalThreadStateException();
      }

      @Override
      public void destroy() {
        try {
          output.close();
        } catch (IOException failure) {
          throw new AssertionError(failure);
        }
      }
    };
  }
}
