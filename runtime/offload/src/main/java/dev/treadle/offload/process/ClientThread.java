package dev.treadle.offload.process;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that reads what the homes of other processes say to this one: a daemon, started
 * when there is something to connect to. It is no event loop, because a worker that only puts a few
 * items must not pay for Netty. When this process exits it gets a moment to write out what is left.
 */
final class ClientThread implements Runnable {
  /** How long an exit waits for what is not written out yet. */
  private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static volatile @Nullable ClientThread instance;

  private final Selector selector;
  private final ConcurrentLinkedQueue<Runnable> actions = new ConcurrentLinkedQueue<>();
  private final Set<RemotePort> ports = ConcurrentHashMap.newKeySet();

  private ClientThread(Selector selector) {
    this.selector = selector;
  }

  /** Connects the port, soon. */
  static void connect(RemotePort port, Path socket) {
    try {
      ClientThread client = instance();
      client.ports.add(port);
      client.execute(() -> client.open(port, socket));
    } catch (IOException noSelector) {
      port.lost(noSelector);
    }
  }

  private static synchronized ClientThread instance() throws IOException {
    ClientThread client = instance;
    if (client == null) {
      client = new ClientThread(Selector.open());
      instance = client;
      Thread thread = new Thread(client, "treadle-ipc-client");
      thread.setDaemon(true);
      thread.start();
      Runtime.getRuntime().addShutdownHook(new Thread(client::drain, "treadle-ipc-flush"));
    }
    return client;
  }

  /** Has the port's outbox resumed when its socket takes more. Any thread. */
  static void whenWritable(RemotePort port) {
    ClientThread client = instance;
    if (client != null) {
      client.execute(
          () -> {
            SelectionKey key = port.key();
            if (key != null && key.isValid()) {
              key.interestOpsOr(SelectionKey.OP_WRITE);
            }
          });
    }
  }

  private void execute(Runnable action) {
    actions.add(action);
    selector.wakeup();
  }

  @Override
  public void run() {
    List<SelectionKey> ready = new ArrayList<>();
    while (true) {
      try {
        selector.select();
        ready.addAll(selector.selectedKeys());
        selector.selectedKeys().clear();
        for (SelectionKey key : ready) {
          serve(key, (RemotePort) key.attachment());
        }
      } catch (IOException failure) {
        // Nothing is heard any more: nobody must wait for it.
        ports.forEach(port -> end(port, null, failure));
      } finally {
        ready.clear();
      }
      for (Runnable next = actions.poll(); next != null; next = actions.poll()) {
        next.run();
      }
    }
  }

  private void open(RemotePort port, Path socket) {
    try {
      // To a socket of this machine, of somebody who listens: at once, or not at all.
      SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
      channel.configureBlocking(false);
      port.connected(channel, channel.register(selector, SelectionKey.OP_READ, port));
    } catch (IOException | RuntimeException failure) {
      end(port, null, failure);
    }
  }

  private void serve(SelectionKey key, RemotePort port) {
    SocketChannel channel = (SocketChannel) key.channel();
    try {
      if (key.isWritable()) {
        key.interestOpsAnd(~SelectionKey.OP_WRITE);
        port.outbox().resume();
      }
      if (key.isReadable() && !port.read(channel)) {
        end(port, channel, null);
      }
    } catch (IOException | RuntimeException failure) {
      end(port, channel, failure);
    }
  }

  private void end(RemotePort port, @Nullable SocketChannel channel, @Nullable Exception failure) {
    ports.remove(port);
    port.lost(failure);
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException closed) {
        // Nothing more can come of it.
      }
    }
  }

  /** An exit must not lose what a put has accepted. */
  private void drain() {
    long end = System.nanoTime() + FLUSH_NANOS;
    for (RemotePort port : ports) {
      while (!port.outbox().isEmpty() && System.nanoTime() < end) {
        try {
          Thread.sleep(1);
        } catch (InterruptedException hurry) {
          return;
        }
      }
    }
  }
}
