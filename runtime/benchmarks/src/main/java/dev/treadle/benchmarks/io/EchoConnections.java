package dev.treadle.benchmarks.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Connections to one echo server, each with one request under way at most (a closed loop). Every
 * reply is compared with its request, and no two requests are the same. One thread.
 */
final class EchoConnections implements AutoCloseable {
  /** What a request is long. */
  static final int REQUEST_BYTES = 64;

  private static final int MOST_EVENTS = 256;
  private static final int PATIENCE_MILLIS = 10_000;

  private final Arena arena = Arena.ofConfined();
  private final int epoll = Posix.epollCreate();
  private final int[] fds;
  private final long[] sentAt;
  private final int[] received;
  private final MemorySegment requests;
  private final MemorySegment[] request;
  private final MemorySegment reply = arena.allocate(4096, 64);
  private final MemorySegment events = arena.allocate(MOST_EVENTS * Posix.EVENT_BYTES, 8);
  private int open;
  private long sequence;

  private EchoConnections(int count) {
    fds = new int[count];
    sentAt = new long[count];
    received = new int[count];
    requests = arena.allocate((long) count * REQUEST_BYTES, 64);
    requests.fill((byte) 'x');
    request = new MemorySegment[count];
    for (int n = 0; n < count; n++) {
      request[n] = requests.asSlice((long) n * REQUEST_BYTES, REQUEST_BYTES);
    }
  }

  /** Opens so many to a port of this machine, each of which has had a reply. */
  static EchoConnections open(int port, int count) {
    EchoConnections connections = new EchoConnections(count);
    try {
      while (connections.open < count) {
        int n = connections.open;
        connections.fds[n] = Posix.connect(port);
        connections.open++;
        Posix.watch(connections.epoll, connections.fds[n], n);
        // One after the other: so the server's queue of connections cannot overflow.
        connections.roundTrip(n);
      }
      return connections;
    } catch (RuntimeException failure) {
      connections.close();
      throw failure;
    }
  }

  /** One request and its reply on each, one after the other. */
  void roundTripEach() {
    for (int n = 0; n < open; n++) {
      roundTrip(n);
    }
  }

  private void roundTrip(int n) {
    send(n, System.nanoTime());
    int done;
    do {
      awaitReplies();
      done = Posix.numberOf(events, 0);
    } while (!receive(done));
    if (done != n) {
      throw new IllegalStateException("a reply nobody waits for: connection=" + done);
    }
  }

  /**
   * Keeps one request under way on every connection for so long, and waits for the last replies.
   *
   * @param latencies gets the time of each request that was answered in that time
   */
  void exchange(long nanos, Latencies latencies) {
    long start = System.nanoTime();
    long end = start + nanos;
    for (int n = 0; n < open; n++) {
      send(n, System.nanoTime());
    }
    int underWay = open;
    while (underWay > 0) {
      int ready = awaitReplies();
      for (int event = 0; event < ready; event++) {
        int n = Posix.numberOf(events, event);
        if (!receive(n)) {
          continue;
        }
        long now = System.nanoTime();
        if (now < end) {
          latencies.add(now - sentAt[n]);
          send(n, now);
        } else {
          underWay--;
        }
      }
    }
  }

  private int awaitReplies() {
    int ready = Posix.epollWait(epoll, events, MOST_EVENTS, PATIENCE_MILLIS);
    if (ready == 0) {
      throw new IllegalStateException("no reply: millis=" + PATIENCE_MILLIS + " open=" + open);
    }
    return ready;
  }

  private void send(int n, long now) {
    request[n].set(ValueLayout.JAVA_INT_UNALIGNED, 0, n);
    request[n].set(ValueLayout.JAVA_LONG_UNALIGNED, 8, ++sequence);
    received[n] = 0;
    sentAt[n] = now;
    long sent = Posix.send(fds[n], request[n], REQUEST_BYTES);
    if (sent != REQUEST_BYTES) {
      throw new IllegalStateException("a request was not sent: connection=" + n + " sent=" + sent);
    }
  }

  /** Takes what is there; true when that was the last of the reply. */
  private boolean receive(int n) {
    long count = Posix.receive(fds[n], reply, reply.byteSize());
    int before = received[n];
    if (count <= 0 || before + count > REQUEST_BYTES) {
      throw new IllegalStateException(
          "not the reply: connection=" + n + " received=" + before + "+" + count);
    }
    received[n] += (int) count;
    if (MemorySegment.mismatch(reply, 0, count, request[n], before, before + count) >= 0) {
      throw new IllegalStateException("the reply differs from the request: connection=" + n);
    }
    return received[n] == REQUEST_BYTES;
  }

  @Override
  public void close() {
    while (open > 0) {
      Posix.close(fds[--open]);
    }
    Posix.close(epoll);
    arena.close();
  }
}
