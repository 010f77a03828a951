package dev.treadle.offload.internal;

import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputFilter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A worker process: reads calls from its socket, does one after the other on its main thread, and
 * writes each answer before it begins the next. Written for a fast start: on its way to the first
 * answer it uses no lambda, no string template, no logger, nothing that makes classes at run time.
 */
public final class WorkerMain {
  /** The status of a worker whose parent is gone, or has closed the socket without END. */
  static final int ORPHANED = 113;

  private static final int BUFFER = 1 << 16;
  private static final long PATIENCE_MILLIS = 5000;

  private static volatile @Nullable Board reporting;
  private static volatile long running;

  private final WorkerSocket socket;
  private final Board board;
  private final Segments segments;
  private final ObjectInputFilter filter;
  private final Thread watcher;
  private ByteBuffer in = ByteBuffer.allocate(BUFFER).flip();

  private WorkerMain(
      WorkerSocket socket,
      Board board,
      Segments segments,
      ObjectInputFilter filter,
      Thread watcher) {
    this.socket = socket;
    this.board = board;
    this.segments = segments;
    this.filter = filter;
    this.watcher = watcher;
  }

  /** Runs until the parent says END (status 0) or is gone. */
  public static void main(String[] arguments) throws IOException {
    InputStream stdin = new FileInputStream(FileDescriptor.in);
    WorkerSetup setup = WorkerSetup.read(stdin);
    // Connected first: while this goes on starting, the parent reads the greeting and sends calls.
    WorkerSocket socket = WorkerSocket.connect(setup.socket());
    byte[] hello = new byte[Frames.HEADER + setup.secret().length];
    System.arraycopy(setup.secret(), 0, hello, Frames.HEADER, setup.secret().length);
    Frames.header(hello, 0, Frames.HELLO, pid(), setup.secret().length);
    socket.write(hello, hello.length);
    Thread watcher = new Thread(new Watcher(stdin, setup), "treadle-parent-watch");
    watcher.setDaemon(true);
    watcher.start();
    System.setIn(InputStream.nullInputStream());
    WorkerOutput.install();
    Board board = Board.open(setup.board());
    reporting = board;
    Segments segments =
        Segments.open(setup.segments(), WorkerSetup.prefix(setup.number()), setup.threshold());
    new WorkerMain(socket, board, segments, filter(setup.filter()), watcher).loop();
  }

  /** By the file system where that is possible: ProcessHandle starts a thread pool. */
  private static long pid() {
    try {
      return Long.parseLong(Files.readSymbolicLink(Path.of("/proc/self")).toString());
    } catch (IOException | RuntimeException notHere) {
      return ProcessHandle.current().pid();
    }
  }

  private static ObjectInputFilter filter(String pattern) {
    ObjectInputFilter common = Codec.defaultFilter();
    if (pattern.isEmpty()) {
      return common;
    }
    return ObjectInputFilter.merge(ObjectInputFilter.Config.createFilter(pattern), common);
  }

  /** Whether this JVM is a worker. Any thread. */
  public static boolean isWorker() {
    return reporting != null;
  }

  /**
   * Says how far the call that runs now is; nothing between calls. Any thread of the worker; never
   * waits.
   *
   * @return false outside of a worker
   */
  public static boolean progress(long done, long total, String message) {
    Board board = reporting;
    if (board == null) {
      return false;
    }
    long seq = running;
    if (seq != 0) {
      board.progress(seq, done, total, message);
    }
    return true;
  }

  private void loop() {
    try {
      while (true) {
        need(4);
        int payload = Frames.payloadLength(in.getInt(), Frames.MAX_LENGTH);
        need(Frames.HEADER - 4);
        byte kind = in.get();
        long seq = in.getLong();
        need(payload);
        if (kind == Frames.END) {
          break;
        }
        if (kind != Frames.CALL && kind != Frames.INITIALIZE) {
          throw new MalformedException(
              "reading a frame: kind=" + kind + "; a worker takes calls only");
        }
        int end = in.position() + payload;
        serve(kind, seq, in.slice(in.position(), payload));
        in.position(end);
        if (!in.hasRemaining() && in.capacity() > 16 * BUFFER) {
          // A giant's buffer is not kept for the small ones.
          in = ByteBuffer.allocate(BUFFER).flip();
        }
      }
    } catch (IOException gone) {
      orphaned();
    }
    System.exit(0);
  }

  /** Reads until that many bytes are there. */
  private void need(int bytes) throws IOException {
    if (in.remaining() >= bytes) {
      return;
    }
    if (bytes > in.capacity()) {
      ByteBuffer larger = ByteBuffer.allocate(bytes);
      larger.put(in).flip();
      in = larger;
    }
    in.compact();
    while (in.position() < bytes) {
      int read = socket.read(in.array(), in.arrayOffset() + in.position(), in.remaining());
      if (read < 0) {
        throw new EOFException("the parent has closed the socket");
      }
      in.position(in.position() + read);
    }
    in.flip();
  }

  private void serve(byte kind, long seq, ByteBuffer payload) throws IOException {
    int begun = board.begin(seq);
    if (begun == Board.REVOKED) {
      answer(new Encoded(new byte[Frames.HEADER], 0, java.util.List.of()), Frames.REVOKED, seq);
      return;
    }
    if (begun == Board.DOOMED) {
      doomed();
    }
    running = seq;
    byte failed = kind == Frames.CALL ? Frames.FAILURE : Frames.INITIALIZER_FAILED;
    long start = System.nanoTime();
    Encoded answer;
    byte answered;
    try {
      Object result = Codec.decodeCall(payload, segments, filter).call();
      answer = Codec.encodeResult(System.nanoTime() - start, result, segments);
      answered = answer.files().isEmpty() ? Frames.RESULT : Frames.STORED_RESULT;
      if (kind != Frames.CALL) {
        answered = Frames.READY;
      }
    } catch (OutOfMemoryError full) {
      answer = Codec.encodeFailure(System.nanoTime() - start, full, false);
      answered = kind == Frames.CALL ? Frames.FATAL : failed;
    } catch (Throwable failure) {
      answer = Codec.encodeFailure(System.nanoTime() - start, failure, true);
      answered = failed;
    }
    running = 0;
    // Left by the step; it would close the socket under the next read.
    Thread.interrupted();
    if (!board.end(seq)) {
      segments.discard(answer.files());
      doomed();
    }
    answer(answer, answered, seq);
  }

  private void answer(Encoded answer, byte kind, long seq) throws IOException {
    answer.frame(kind, seq);
    socket.write(answer.bytes(), Frames.HEADER + answer.length());
  }

  /** The parent is about to kill this process: whatever it did now could reach a later call. */
  private static void doomed() {
    while (true) {
      LockSupport.park();
    }
  }

  /** The watcher cleans up when the parent is gone; when it is not, it has given this worker up. */
  private void orphaned() {
    try {
      watcher.join(PATIENCE_MILLIS);
    } catch (InterruptedException user) {
      // A step has interrupted its worker's main thread; there is nothing left to do anyway.
    }
    Runtime.getRuntime().halt(ORPHANED);
  }

  /** Blocks on the parent's end of standard input; its end-of-file is the parent's death. */
  private static final class Watcher implements Runnable {
    private final InputStream stdin;
    private final WorkerSetup setup;

    Watcher(InputStream stdin, WorkerSetup setup) {
      this.stdin = stdin;
      this.setup = setup;
    }

    @Override
    public void run() {
      try {
        while (stdin.read() >= 0) {
          // Nothing is ever sent after the setup.
        }
      } catch (IOException gone) {
        // The same as its end.
      }
      for (Path each : setup.cleanup()) {
        Directories.delete(each);
      }
      Runtime.getRuntime().halt(ORPHANED);
    }
  }
}
