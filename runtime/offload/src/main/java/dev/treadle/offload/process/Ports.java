package dev.treadle.offload.process;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The ports of this process, by their handles: each is there once. Any thread. */
final class Ports {
  private static final ConcurrentHashMap<String, LocalPort> LOCAL = new ConcurrentHashMap<>();
  private static final ConcurrentHashMap<String, RemotePort> REMOTE = new ConcurrentHashMap<>();

  /** The sockets this process itself listens at. */
  private static final Set<String> HOMES = ConcurrentHashMap.newKeySet();

  private Ports() {}

  static void addHome(String socket) {
    HOMES.add(socket);
  }

  static void removeHome(String socket) {
    HOMES.remove(socket);
  }

  static void add(Handle handle, LocalPort port) {
    LOCAL.put(handle.key(), port);
  }

  static void remove(Handle handle) {
    LOCAL.remove(handle.key());
  }

  static @Nullable LocalPort local(Handle handle) {
    return LOCAL.get(handle.key());
  }

  /** The port, which begins to connect if its home is another process. */
  static Port of(Handle handle) {
    LocalPort local = LOCAL.get(handle.key());
    if (local != null) {
      return local;
    }
    return HOMES.contains(handle.socket()) ? ended(handle) : remote(handle);
  }

  /** Forgotten here, because there is nothing in it any more. */
  private static LocalPort ended(Handle handle) {
    Mailbox empty = new Mailbox(handle.name(), 1, () -> {});
    empty.close();
    return new LocalPort(empty, empty);
  }

  private static RemotePort remote(Handle handle) {
    RemotePort made = null;
    RemotePort port = REMOTE.get(handle.key());
    if (port == null) {
      made = new RemotePort(handle, Ports::forget);
      port = REMOTE.putIfAbsent(handle.key(), made);
    }
    if (port != null) {
      return port;
    }
    RemotePort connecting = java.util.Objects.requireNonNull(made);
    ClientThread.connect(connecting, Path.of(handle.socket()));
    return connecting;
  }

  /** It is of no use any more. */
  private static void forget(RemotePort port) {
    REMOTE.values().remove(port);
  }
}
