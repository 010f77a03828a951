package dev.treadle.offload.process;

import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.offload.internal.Segments;
import io.netty.channel.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The home of queues and pipes: listens at a Unix socket in a private directory for the processes
 * they were sent to. One for each loop that has some, and one on a loop of its own for those made
 * on a thread without a loop; it ends with the last of them, or with its loop. Any thread.
 */
final class Broker {
  private static final Map<Loop, Task<Broker>> BROKERS = new ConcurrentHashMap<>();

  /** The loop for threads without one; null while it is not needed. */
  private static @Nullable Loop background;

  private final Loop loop;
  private final Segments files;
  private final Path socket;
  private final byte[] secret = new byte[Handle.SECRET];
  private final Thread onExit = new Thread(this::deleteFiles, "treadle-ipc-exit");
  private final Map<String, Served> objects = new HashMap<>();
  private final Set<Peer> peers = new HashSet<>();
  private @Nullable Channel channel;
  private long lastId;
  private boolean ended;

  /** What is here for one side of a pipe, or for a queue, which is shared. */
  record Served(Handle handle, LocalPort port, boolean shared) {}

  private Broker(Loop loop, Segments files) {
    this.loop = loop;
    this.files = files;
    this.socket = files.privateDirectory().resolve("ipc");
    new SecureRandom().nextBytes(secret);
  }

  /**
   * A queue of the home that belongs here; suspends a task, blocks another thread, if it has to be
   * made first.
   */
  static Served queue(int capacity) {
    while (true) {
      Served queue = here().newQueue(capacity);
      if (queue != null) {
        return queue;
      }
    }
  }

  /** The two ends of a pipe. */
  static List<Served> pipe(int capacity, int window) {
    while (true) {
      List<Served> ends = here().newPipe(capacity, window);
      if (ends != null) {
        return ends;
      }
    }
  }

  private static Broker here() {
    if (Waits.isOnLoop()) {
      return on(Loop.current());
    }
    while (true) {
      Loop loop = background();
      try {
        return on(loop);
      } catch (RejectedExecutionException | CancellationException refused) {
        if (isBackground(loop)) {
          throw refused;
        }
        // It was just ending, as nobody needed it.
      }
    }
  }

  private static Broker on(Loop loop) {
    Task<Broker> opening =
        BROKERS.computeIfAbsent(loop, on -> on.submit("open home", () -> open(on)));
    try {
      return Treadle.await(opening);
    } catch (RuntimeException failed) {
      if (opening.isDone()) {
        // Not so if it was only the wait for it that was interrupted.
        BROKERS.remove(loop, opening);
      }
      throw failed;
    }
  }

  private static synchronized boolean isBackground(Loop loop) {
    return background == loop;
  }

  private static synchronized Loop background() {
    Loop loop = background;
    if (loop == null || loop.isClosed()) {
      loop = Loop.start("treadle-ipc");
      background = loop;
    }
    return loop;
  }

  private static Broker open(Loop loop) {
    Segments files;
    try {
      files = Treadle.onThread(() -> Segments.create(Integer.MAX_VALUE, 0));
    } catch (IOException failure) {
      throw new UncheckedIOException(
          "no home for queues and pipes: directory="
              + System.getProperty("java.io.tmpdir")
              + " cause="
              + failure.getMessage()
              + "; make it writable, or set java.io.tmpdir to one that is",
          failure);
    }
    Broker broker = new Broker(loop, files);
    try {
      broker.begin();
      return broker;
    } catch (Throwable failed) {
      broker.end();
      throw failed;
    }
  }

  private void begin() {
    Runtime.getRuntime().addShutdownHook(onExit);
    Ports.addHome(socket.toString());
    Channel listening =
        UnixServer.listen(
            loop, socket, accepted -> accepted.pipeline().addLast(new Peer(this)), this::end);
    synchronized (this) {
      channel = listening;
    }
  }

  private synchronized @Nullable Served newQueue(int capacity) {
    if (ended) {
      return null;
    }
    long id = ++lastId;
    String name = "ProcessQueue " + id + " of process " + ProcessHandle.current().pid();
    Handle handle = handle(id, 0, 0, name);
    Mailbox box = new Mailbox(name, capacity, () -> release(handle));
    return add(handle, new LocalPort(box, box), true);
  }

  private synchronized @Nullable List<Served> newPipe(int capacity, int window) {
    if (ended) {
      return null;
    }
    long id = ++lastId;
    String name = "Pipe " + id + " of process " + ProcessHandle.current().pid();
    Handle left = handle(id, 1, window, "first end of " + name);
    Handle right = handle(id, 2, window, "second end of " + name);
    // Neither is forgotten before both directions have ended: each end needs both.
    int[] open = {2};
    Runnable onDrained =
        () -> {
          synchronized (open) {
            if (--open[0] > 0) {
              return;
            }
          }
          release(left);
          release(right);
        };
    Mailbox there = new Mailbox(name, capacity, onDrained);
    Mailbox back = new Mailbox(name, capacity, onDrained);
    return List.of(
        add(left, new LocalPort(there, back), false),
        add(right, new LocalPort(back, there), false));
  }

  private Handle handle(long id, int side, int window, String name) {
    return new Handle(
        socket.toString(), secret, ProcessHandle.current().pid(), id, (byte) side, window, name);
  }

  private Served add(Handle handle, LocalPort port, boolean shared) {
    Served served = new Served(handle, port, shared);
    objects.put(key(handle.id(), handle.side()), served);
    Ports.add(handle, port);
    return served;
  }

  private static String key(long id, byte side) {
    return id + "/" + side;
  }

  Loop loop() {
    return loop;
  }

  byte[] secret() {
    return secret;
  }

  /** A process has connected. */
  synchronized void add(Peer peer) {
    peers.add(peer);
  }

  /** What it asks for; null if there is no such thing any more. */
  synchronized @Nullable Served find(long id, byte side) {
    return objects.get(key(id, side));
  }

  void remove(Peer peer) {
    synchronized (this) {
      peers.remove(peer);
    }
    endIfUnused();
  }

  /** Under the lock of a mailbox: whatever waits for another has to wait outside of it. */
  private void release(Handle handle) {
    synchronized (this) {
      objects.remove(key(handle.id(), handle.side()));
    }
    Ports.remove(handle);
    endIfUnused();
  }

  private void endIfUnused() {
    Channel listening;
    synchronized (this) {
      if (ended || !objects.isEmpty() || !peers.isEmpty()) {
        return;
      }
      ended = true;
      listening = channel;
      // At once: who makes the next queue must not find this one again and again.
      BROKERS.remove(loop);
    }
    // Its end calls end(), on the loop's thread.
    if (listening != null) {
      listening.close();
    }
  }

  /** It listens no more: it is not needed, or its loop ends. */
  private void end() {
    Ports.removeHome(socket.toString());
    List<Served> left;
    synchronized (this) {
      if (!ended) {
        ended = true;
        BROKERS.remove(loop);
      }
      left = List.copyOf(objects.values());
    }
    for (Served served : left) {
      served.port().input().abandon(State.LOST);
      served.port().output().abandon(State.LOST);
    }
    deleteFiles();
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException exiting) {
      // Then it does no harm.
    }
    endBackground(loop);
  }

  private static synchronized void endBackground(Loop loop) {
    if (background == loop) {
      background = null;
      try {
        // On its own thread, so this does not wait.
        loop.execute(loop::close);
      } catch (RejectedExecutionException closed) {
        // Just what was wanted.
      }
    }
  }

  private void deleteFiles() {
    files.close();
  }

  @Override
  public String toString() {
    return "home of queues and pipes at " + socket;
  }
}
