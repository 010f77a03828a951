package dev.treadle.offload;

import dev.treadle.offload.internal.Board;
import dev.treadle.offload.internal.Segments;
import dev.treadle.offload.internal.WorkerCommand;
import dev.treadle.offload.internal.WorkerSetup;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Starts worker processes, each on a daemon thread of its own, which then reads its output to the
 * end. Any thread.
 */
final class Launcher {
  /**
   * A Ctrl-C in a terminal is for the parent: it decides when its workers end, and they do when it
   * does. What is ignored when a program starts, a JVM leaves so.
   */
  private static final String PREFIX = "trap '' INT HUP; exec ";

  private static final Path SHELL = Path.of("/bin/sh");

  private final Dispatcher pool;
  private final ProcessPoolBuilder options;
  private final Segments segments;
  private @Nullable List<String> command;
  private volatile @Nullable ClassArchive archive;

  Launcher(Dispatcher pool) {
    this.pool = pool;
    this.options = pool.options;
    this.segments = pool.segments;
  }

  void launch(WorkerSlot slot) {
    Thread thread =
        new Thread(() -> run(slot), options.name + "-worker-" + slot.number + "-output");
    thread.setDaemon(true);
    thread.start();
  }

  /** The command as an error shows it. */
  String describe() {
    return (options.java == null ? "java" : options.java.toString()) + " " + options.flags;
  }

  private void run(WorkerSlot slot) {
    Process process;
    Board board = null;
    try {
      Path page = page(slot.number);
      board = Board.create(page);
      process = start(slot, page);
    } catch (IOException | RuntimeException failure) {
      if (board != null) {
        board.close();
      }
      tell(() -> slot.life.notStarted(failure));
      return;
    }
    Board made = board;
    if (!tell(() -> slot.started(process, made))) {
      process.toHandle().destroyForcibly();
    }
    process.onExit().thenAccept(ended -> exited(slot, ended.exitValue()));
    slot.lines.drain(process);
    tell(slot.life::drained);
  }

  private void exited(WorkerSlot slot, int code) {
    ClassArchive made = archive;
    if (made != null && made.isMadeBy(slot.number)) {
      // Not on this thread, which has a small stack. Before the worker counts as over, so that a
      // closed pool has its archive.
      Thread thread =
          new Thread(
              () -> {
                try {
                  made.make(slot.number, code == 0, slot.hasAnswered(), builder());
                } catch (InterruptedException never) {
                  // Nobody has this thread.
                }
                tell(() -> slot.life.exited(code));
              },
              options.name + "-class-archive");
      thread.setDaemon(true);
      thread.start();
    } else {
      tell(() -> slot.life.exited(code));
    }
  }

  private Process start(WorkerSlot slot, Path page) throws IOException {
    ProcessBuilder builder = builder().command(command(slot.number)).redirectErrorStream(true);
    byte[] secret = WorkerSetup.newSecret();
    slot.expect(secret);
    Process process = builder.start();
    slot.life.pid(process.pid());
    WorkerSetup setup =
        new WorkerSetup(
            secret,
            socket(),
            page,
            slot.number,
            segments.directories(),
            segments.threshold(),
            options.filterPattern,
            cleanup());
    try {
      // Not closed: its end is ours, by which the worker knows.
      OutputStream stdin = process.getOutputStream();
      stdin.write(setup.toBytes());
      stdin.flush();
    } catch (IOException ended) {
      // Its exit code and its output say more.
    }
    return process;
  }

  /** With a worker's environment. */
  private ProcessBuilder builder() {
    ProcessBuilder builder = new ProcessBuilder();
    Map<String, String> environment = builder.environment();
    environment.keySet().removeAll(options.withoutEnvironment);
    environment.putAll(options.environment);
    return builder;
  }

  private synchronized List<String> command(int worker) {
    List<String> known = command;
    if (known == null) {
      known =
          WorkerCommand.of(
              new WorkerCommand.Options(
                  options.java,
                  options.classPath,
                  options.flags,
                  options.maxHeap,
                  segments.privateDirectory()));
      command = known;
      archive = options.archive == null ? null : ClassArchive.of(options.archive, known);
    }
    List<String> made = new ArrayList<>();
    if (Files.isExecutable(SHELL)) {
      made.addAll(List.of(SHELL.toString(), "-c", PREFIX + "\"$@\"", "sh"));
    }
    made.addAll(archive == null ? known : archive.command(worker, known));
    return made;
  }

  Path socket() {
    return segments.privateDirectory().resolve("s");
  }

  private Path page(int number) {
    return segments.privateDirectory().resolve("board-" + number);
  }

  private List<Path> cleanup() {
    List<Path> all = new ArrayList<>(segments.directories());
    if (!all.contains(segments.privateDirectory())) {
      all.add(segments.privateDirectory());
    }
    return all;
  }

  /** Deletes what a worker that is over has left. On a thread that may block. */
  void sweep(int number, @Nullable Board board) throws IOException {
    if (board != null) {
      board.close();
    }
    Files.deleteIfExists(page(number));
    segments.sweep(WorkerSetup.prefix(number));
  }

  private boolean tell(Runnable what) {
    try {
      pool.loop.execute(what);
      return true;
    } catch (RejectedExecutionException closed) {
      return false;
    }
  }
}
