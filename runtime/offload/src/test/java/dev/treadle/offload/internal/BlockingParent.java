package dev.treadle.offload.internal;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.NullUnmarked;

/** A parent with one worker that does without a loop: each call blocks. */
@NullUnmarked
final class BlockingParent implements AutoCloseable {
  /** What a test sends: a step of the tests' own, for the API's is another package's. */
  interface Work<T> extends Callable<T>, java.io.Serializable {}

  record Answer(byte kind, long seq, ByteBuffer payload) {}

  final Segments segments;
  final Process process;
  final Board board;
  final byte[] secret = WorkerSetup.newSecret();
  final Answer hello;
  private final SocketChannel socket;
  private long seq;

  BlockingParent(int threshold, String filter, String... flags) throws IOException {
    this(Segments.create(threshold, 0), threshold, filter, List.of(), flags);
  }

  BlockingParent(
      Segments segments, int threshold, String filter, List<String> classPath, String... flags)
      throws IOException {
    this.segments = segments;
    Path directory = segments.privateDirectory();
    Path address = directory.resolve("s");
    Path page = directory.resolve("b1");
    board = Board.create(page);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(address));
      process =
          new ProcessBuilder(
                  WorkerCommand.of(
                      new WorkerCommand.Options(null, classPath, List.of(flags), 0, directory)))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      process
          .getOutputStream()
          .write(
              new WorkerSetup(
                      secret,
                      address,
                      page,
                      1,
                      segments.directories(),
                      threshold,
                      filter,
                      List.copyOf(
                          new java.util.LinkedHashSet<>(
                              List.of(directory, segments.directories().get(0)))))
                  .toBytes());
      process.getOutputStream().flush();
      socket = server.accept();
    }
    hello = read();
  }

  long send(byte kind, Encoded encoded) throws IOException {
    encoded.frame(kind, ++seq);
    ByteBuffer out = ByteBuffer.wrap(encoded.bytes(), 0, Frames.HEADER + encoded.length());
    while (out.hasRemaining()) {
      socket.write(out);
    }
    return seq;
  }

  void raw(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      socket.write(bytes);
    }
  }

  Answer read() throws IOException {
    ByteBuffer length = fill(ByteBuffer.allocate(4));
    ByteBuffer rest =
        fill(ByteBuffer.allocate(9 + Frames.payloadLength(length.getInt(), Frames.MAX_LENGTH)));
    return new Answer(rest.get(), rest.getLong(), rest.slice());
  }

  private ByteBuffer fill(ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (socket.read(buffer) < 0) {
        throw new EOFException("the worker has closed the socket");
      }
    }
    return buffer.flip();
  }

  Answer ask(Object job) throws IOException {
    send(Frames.CALL, Codec.encodeCall(job, segments, false));
    return read();
  }

  Object call(Work<?> job) throws Exception {
    Answer answer = ask(job);
    if (answer.kind() == Frames.RESULT || answer.kind() == Frames.STORED_RESULT) {
      return Codec.decodeResult(answer.payload(), segments, Codec.defaultFilter());
    }
    Throwable failure = Codec.decodeFailure(answer.payload(), segments, Codec.defaultFilter());
    if (failure instanceof Exception exception) {
      throw exception;
    }
    throw (Error) failure;
  }

  @Override
  public void close() throws IOException {
    socket.close();
    process.destroyForcibly();
    process.onExit().join();
    board.close();
    segments.close();
  }
}
