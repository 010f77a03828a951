package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Loop;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A command that goes on until it is ended: it runs in this JVM, guarded, on another thread. */
final class Running implements AutoCloseable {
  private static final Pattern PORT = Pattern.compile("address=\\S+?:(\\d+)");
  private static final int PATIENCE_SECONDS = 60;

  private final Printed out = new Printed();
  private final Printed err = new Printed();
  private final FutureTask<Integer> command;
  private final Thread thread;

  private Running(String... arguments) {
    Terminal terminal =
        new Terminal(InputStream.nullInputStream(), out.stream(), err.stream(), false);
    command = new FutureTask<>(() -> Ran.guarded(terminal, arguments));
    thread = new Thread(command, "running " + String.join(" ", arguments));
    thread.setDaemon(true);
    thread.start();
  }

  /** Starts one. */
  static Running demo(String... arguments) {
    return new Running(arguments);
  }

  /** The port in the first line it prints; waits for that. */
  int port() throws Exception {
    CompletableFuture<Object> either = CompletableFuture.anyOf(out.firstLine, err.firstLine).copy();
    String line = (String) either.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    Matcher port = PORT.matcher(line);
    assertThat(port.find()).as(line).isTrue();
    return Integer.parseInt(port.group(1));
  }

  /** What it has printed so far on standard output. */
  String printed() {
    return out.text();
  }

  /** Ends its loop and thus it; Ctrl-C, which ends the main task first, is for {@link Child}. */
  Ran end() throws Exception {
    close();
    return result();
  }

  /** Waits until it ends by itself. */
  Ran result() throws Exception {
    int code = command.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return new Ran(code, out.text(), err.text());
  }

  @Override
  public void close() {
    Loop.all().stream().filter(loop -> loop.thread() == thread).forEach(Loop::close);
  }

  /** Takes no lock that a loop's thread could wait for. */
  private static final class Printed extends OutputStream {
    final CompletableFuture<String> firstLine = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    PrintStream stream() {
      return new PrintStream(this, true, StandardCharsets.UTF_8);
    }

    String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void write(int value) {
      bytes.write(value);
      if (value == '\n' && !firstLine.isDone()) {
        firstLine.complete(text());
      }
    }
  }
}
