package dev.treadle.offload.process;

import dev.treadle.Treadle;
import dev.treadle.offload.NotSendableException;
import dev.treadle.offload.VoidJob;
import dev.treadle.offload.internal.Codec;
import dev.treadle.offload.internal.Encoded;
import dev.treadle.offload.internal.Nesting;
import dev.treadle.offload.internal.Segments;
import dev.treadle.offload.internal.StepMain;
import dev.treadle.offload.internal.UnsendableException;
import dev.treadle.offload.internal.WorkerCommand;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Options of a {@link WorkerProcess}. Confined to one thread.
 *
 * <pre>{@code
 * var child = WorkerProcess.builder().output(line -> log.info(line)).flags("-Xmx64m").start("import", step);
 * }</pre>
 */
public final class WorkerProcessBuilder {
  /** How long an end waits for output that a grandchild holds open. */
  private static final long OUTPUT_MILLIS = 1000;

  private @Nullable Consumer<? super String> output;
  private @Nullable Consumer<? super String> errorOutput;
  private List<String> classPath = List.of();
  private List<String> flags = List.of();
  private long maxHeap;
  private int nesting;
  private boolean detached;

  WorkerProcessBuilder() {}

  /**
   * Gives what gets its standard output, line by line, on a thread of its own; lines are cut at 8
   * KiB. While that is busy, the process is held up. What it throws is logged, and it gets no more.
   */
  public WorkerProcessBuilder output(Consumer<? super String> lines) {
    output = Objects.requireNonNull(lines, "lines");
    return this;
  }

  /** The same for its standard error. */
  public WorkerProcessBuilder errorOutput(Consumer<? super String> lines) {
    errorOutput = Objects.requireNonNull(lines, "lines");
    return this;
  }

  /** Its class path; without this that of this process. */
  public WorkerProcessBuilder classPath(List<String> entries) {
    classPath = List.copyOf(entries);
    return this;
  }

  /** More flags for its JVM. A step that runs a loop needs those of docs/jvm-flags.md. */
  public WorkerProcessBuilder flags(String... jvmFlags) {
    flags = List.of(jvmFlags);
    return this;
  }

  /**
   * How large its heap may become.
   *
   * @param bytes 0: the JVM's own choice
   */
  public WorkerProcessBuilder maxHeap(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("heap must not be negative: bytes=" + bytes);
    }
    maxHeap = bytes;
    return this;
  }

  /**
   * How many levels of processes it may start below itself; without this none. Whatever is given, a
   * worker passes on less than it has.
   */
  public WorkerProcessBuilder nesting(int levels) {
    if (levels < 0) {
      throw new IllegalArgumentException("nesting must not be negative: levels=" + levels);
    }
    nesting = levels;
    return this;
  }

  /** Lets it go on when this process ends. */
  public WorkerProcessBuilder detached() {
    detached = true;
    return this;
  }

  /** See {@link WorkerProcess#start}. */
  public WorkerProcess start(String name, VoidJob step) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(step, "step");
    int allowed = Nesting.levels();
    if (allowed <= 0) {
      throw new IllegalStateException(
          "start() in a worker: name="
              + name
              + " pid="
              + ProcessHandle.current().pid()
              + "; a step that starts its program again would do so without end: start it from the"
              + " program, or allow it by nesting(1) where the worker, or its pool, is built");
    }
    Step encoded = encode(step);
    if (Waits.isOnLoop()) {
      Waits.checkCancelled();
      return Treadle.onThread(() -> start(name, encoded, Math.min(nesting, allowed - 1)));
    }
    return start(name, encoded, Math.min(nesting, allowed - 1));
  }

  /** A step, and the ends of pipes that go with it. */
  private record Step(Encoded encoded, List<Handle> ends) {}

  private static Step encode(VoidJob step) {
    List<Encoded> encoded = new ArrayList<>();
    try {
      List<Handle> ends =
          SentEnds.during(() -> encoded.add(Codec.encodeCall(step, Segments.none(), false)));
      return new Step(encoded.getFirst(), ends);
    } catch (UnsendableException unsendable) {
      NotSendableException refused =
          new NotSendableException(String.valueOf(unsendable.getMessage()));
      refused.initCause(unsendable);
      throw refused;
    }
  }

  private WorkerProcess start(String name, Step step, int levels) {
    Segments files = null;
    String program = "java";
    try {
      files = Segments.create(Integer.MAX_VALUE, 0);
      List<String> command =
          WorkerCommand.of(
              new WorkerCommand.Options(null, classPath, flags, maxHeap, files.privateDirectory()),
              StepMain.class.getName(),
              List.of());
      program = command.getFirst();
      return start(name, step, levels, files, command);
    } catch (IOException failure) {
      if (files != null) {
        files.close();
      }
      throw new UncheckedIOException(
          "start() failed: name="
              + name
              + " program="
              + program
              + " cause="
              + failure.getMessage()
              + "; see that there is memory, and room for one more process",
          failure);
    }
  }

  private WorkerProcess start(
      String name, Step step, int levels, Segments files, List<String> command) throws IOException {
    Path failureFile = files.privateDirectory().resolve("failure");
    List<Path> cleanup = new ArrayList<>(files.directories());
    cleanup.add(files.privateDirectory());
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output == null ? Redirect.INHERIT : Redirect.PIPE)
            .redirectError(errorOutput == null ? Redirect.INHERIT : Redirect.PIPE)
            .start();
    CompletableFuture<?> said = said(name, process);
    CompletableFuture<WorkerProcess.Ended> end =
        process
            .onExit()
            .thenCombine(said, (exited, all) -> exited)
            .thenApplyAsync(
                exited -> {
                  Throwable failure = failure(failureFile);
                  files.close();
                  SentEnds.closeUnused(step.ends);
                  return new WorkerProcess.Ended(exited.exitValue(), failure);
                });
    WorkerProcess started = new WorkerProcess(name, process, end).watched();
    try {
      OutputStream stdin = process.getOutputStream();
      stdin.write(StepMain.setup(step.encoded, detached, levels, failureFile, cleanup));
      stdin.flush();
      if (detached) {
        stdin.close();
      }
    } catch (IOException ended) {
      // It has ended already, and its exit code and its last words say why.
    }
    return started;
  }

  /** Done when everything it has said was heard, or a moment after its end. */
  private CompletableFuture<?> said(String name, Process process) {
    List<CompletableFuture<?>> pumps = new ArrayList<>();
    if (output != null) {
      pumps.add(LinePump.start(name, process.pid(), process.getInputStream(), output));
    }
    if (errorOutput != null) {
      pumps.add(LinePump.start(name, process.pid(), process.getErrorStream(), errorOutput));
    }
    CompletableFuture<?> all = CompletableFuture.allOf(pumps.toArray(CompletableFuture[]::new));
    CompletableFuture<?> inTime = all.thenApply(done -> done);
    process
        .onExit()
        .thenAccept(exited -> inTime.completeOnTimeout(null, OUTPUT_MILLIS, TimeUnit.MILLISECONDS));
    return inTime;
  }

  private static @Nullable Throwable failure(Path file) {
    try {
      return Files.exists(file)
          ? Codec.decodeFailure(
              ByteBuffer.wrap(Files.readAllBytes(file)), Segments.none(), Codec.defaultFilter())
          : null;
    } catch (IOException unreadable) {
      return new UncheckedIOException("the step has failed, but how cannot be read", unreadable);
    }
  }
}
