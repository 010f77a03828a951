package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReadFailureTest {
  @Test
  void shouldNameTheInputInOneLineWhenReadingFailsHalfWay() {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var terminal =
        new Terminal(
            new BrokenInput(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);

    int code = Demos.run(terminal, "producer-consumer", "--producers", "2", "--consumers", "2");

    assertThat(new Ran(code, out.toString(), err.toString()))
        .isEqualTo(new Ran(2, "", "cannot read: file=- cause=disk on fire; check the file\n"));
  }

  @Test
  void shouldStopInOneLineWhenNobodyReadsTheOutput() {
    var err = new ByteArrayOutputStream();
    var terminal =
        new Terminal(
            InputStream.nullInputStream(),
            new PrintStream(new BrokenOutput(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);

    int code = Demos.run(terminal, "display-date", "--duration", "1h");

    assertThat(code).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo("cannot write: file=standard output; keep its reader open\n");
  }

  private static final class BrokenInput extends InputStream {
    private boolean broken;

    @Override
    public int read() throws IOException {
      throw new IOException("disk on fire");
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      if (broken) {
        throw new IOException("disk on fire");
      }
      broken = true;
      bytes[from] = '\n';
      return 1;
    }
  }

  private static final class BrokenOutput extends java.io.OutputStream {
    @Override
    public void write(int value) throws IOException {
      throw new IOException("broken pipe");
    }
  }
}
