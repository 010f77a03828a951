package dev.treadle.benchmarks.io;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process that is asked and answers in lines, never waited for without a limit. It ends with its
 * standard input, also when this one is killed.
 */
public final class Child implements AutoCloseable {
  private static final String END = "\u0004";

  private final String title;
  private final Process process;
  private final Path errors;
  private final OutputStream commands;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  /** The question that is open, for ever if its answer was not waited for. */
  private @Nullable String unanswered;

  /** Starts it; any thread. */
  public Child(String title, List<String> command) throws IOException {
    this.title = title;
    // Not shown while all is well: a stall's warning amid the figures would only alarm.
    errors = Files.createTempFile("treadle-benchmarks", ".log");
    process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    commands = process.getOutputStream();
    Thread.ofVirtual().start(this::readLines);
  }

  private void readLines() {
    try (var reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      reader.lines().forEach(lines::add);
    } catch (IOException | java.io.UncheckedIOException gone) {
      // Told below, as any other end.
    }
    lines.add(END);
  }

  long pid() {
    return process.pid();
  }

  /**
   * Sends a line and waits for the answer. If there is none in time, the process is ended, and not
   * asked again: its late answer would be taken for that to the next question.
   */
  public String ask(String command, Duration patience) throws IOException, InterruptedException {
    if (unanswered != null) {
      throw new IOException(
          "not asked: process=" + title + " has not answered=" + unanswered + "; start another");
    }
    unanswered = command;
    commands.write((command + "\n").getBytes(StandardCharsets.UTF_8));
    commands.flush();
    String answer;
    try {
      answer = line(patience);
    } catch (IOException | InterruptedException late) {
      process.destroyForcibly();
      throw late;
    }
    unanswered = null;
    if (answer.startsWith("failed")) {
      throw new IOException(title + " " + answer);
    }
    return answer;
  }

  /** The next line it prints. */
  String line(Duration patience) throws IOException, InterruptedException {
    String line = lines.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    if (line == null) {
      throw new IOException("no answer: process=" + title + " after=" + patience);
    }
    if (line.equals(END)) {
      throw new IOException("it has ended: process=" + title + " saying=" + lastError());
    }
    return line;
  }

  private String lastError() throws IOException {
    List<String> said = Files.readAllLines(errors, StandardCharsets.UTF_8);
    return said.isEmpty() ? "nothing" : said.getLast();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(5, TimeUnit.SECONDS);
      Files.deleteIfExists(errors);
    } catch (IOException kept) {
      // A small file in the folder for such.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
