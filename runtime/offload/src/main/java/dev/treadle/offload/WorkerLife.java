package dev.treadle.offload;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A worker's process, from its start to the last of it.
 *
 * <pre>{@code
 *           process and greeting       END sent, killed, or its connection gone
 * starting ----------------------> ready ----------------------> leaving
 *     \                                                             |
 *      `--- could not be started --------------------------> over <-'
 *                                     connection, process, output ended
 * }</pre>
 *
 * <p>On the loop's thread, but where it says otherwise.
 */
final class WorkerLife {
  private final Dispatcher pool;
  private final WorkerSlot worker;
  private volatile @Nullable Process process;

  /** For the thread that reads its output, too. */
  private volatile long pid;

  private State state = State.STARTING;
  private boolean greeted;
  private boolean connected;
  private boolean killed;
  private boolean connectionEnded;
  private boolean outputEnded;
  private boolean exited;
  private int exitCode;

  /** When it is taking too long to start, or to end; 0: never. */
  private long deadline;

  private enum State {
    STARTING,
    READY,
    LEAVING,
    OVER
  }

  WorkerLife(Dispatcher pool, WorkerSlot worker) {
    this.pool = pool;
    this.worker = worker;
  }

  boolean isStarting() {
    return state == State.STARTING;
  }

  boolean isReady() {
    return state == State.READY;
  }

  /** Whether it may connect yet: it is starting, or was killed while it was. */
  boolean isToConnect() {
    return !connected && state != State.OVER && (state == State.STARTING || killed);
  }

  boolean isKilled() {
    return killed;
  }

  int exitCode() {
    return exitCode;
  }

  /** 0 before there is a process. Any thread. */
  long pid() {
    return pid;
  }

  /** Any thread. */
  void pid(long id) {
    pid = id;
  }

  long deadline() {
    return deadline;
  }

  void deadline(long at) {
    deadline = at;
    if (at != 0) {
      pool.alarm.at(at);
    }
  }

  /** The process is there. */
  void started(Process newProcess) {
    process = newProcess;
    if (killed) {
      newProcess.toHandle().destroyForcibly();
    }
    becomeReady();
  }

  /** It has a connection. */
  void connected() {
    connected = true;
  }

  /** It has said that it takes calls. */
  void greeted() {
    greeted = true;
    becomeReady();
  }

  private void becomeReady() {
    if (greeted && process != null && state == State.STARTING) {
      state = State.READY;
      deadline = 0;
      pool.ready(worker);
    }
  }

  /** It has been asked to end. */
  void leave(long now) {
    state = State.LEAVING;
    deadline(now + Dispatcher.END_NANOS);
  }

  /** Ends it, whatever it does. */
  void kill() {
    if (!killed) {
      killed = true;
      Process running = process;
      if (running != null) {
        // Not the process's own, which closes the pipe: what it said last would be lost.
        running.toHandle().destroyForcibly();
      }
    }
    if (state != State.OVER) {
      state = State.LEAVING;
    }
  }

  /** Waits for the process's end, for a while. Any thread that may block. */
  void awaitEnd() throws InterruptedException {
    Process running = process;
    if (running != null) {
      running.waitFor(Dispatcher.END_NANOS, TimeUnit.NANOSECONDS);
    }
  }

  /** Whether it is wrong that its connection breaks. */
  boolean isSpokenTo() {
    return state != State.OVER && !killed && !connectionEnded;
  }

  void disconnected() {
    connectionEnded = true;
    if (state != State.OVER) {
      state = State.LEAVING;
    }
    if (!exited) {
      deadline(System.nanoTime() + Dispatcher.EXIT_NANOS);
    }
  }

  /** There is no process. */
  void notStarted(Throwable cause) {
    state = State.LEAVING;
    exited = true;
    outputEnded = true;
    if (!killed) {
      killed = true;
      pool.startFailed(worker, "there is no process", cause);
    }
    look();
  }

  void exited(int code) {
    exited = true;
    exitCode = code;
    deadline(System.nanoTime() + Dispatcher.DRAIN_NANOS);
    look();
  }

  void drained() {
    outputEnded = true;
    look();
  }

  /** The deadline has passed. */
  void expired() {
    deadline = 0;
    switch (state) {
      case STARTING ->
          pool.startFailed(
              worker, "it took longer than " + pool.options.startTimeout, new StartTimeout());
      case LEAVING -> {
        if (exited) {
          // Children of its own have its output, and may have it for ever.
          outputEnded = true;
          look();
        } else {
          kill();
        }
      }
      default -> {}
    }
  }

  /** Whether it has ended altogether. */
  void look() {
    if (exited && outputEnded && connectionEnded == connected && state != State.OVER) {
      boolean neverReady = !greeted && !killed;
      state = State.OVER;
      deadline = 0;
      worker.over(neverReady);
    }
  }

  private static final class StartTimeout extends RuntimeException {
    private static final long serialVersionUID = 1;

    StartTimeout() {
      super("the worker did not connect in time", null, false, false);
    }
  }
}
