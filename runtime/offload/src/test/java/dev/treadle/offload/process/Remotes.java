package dev.treadle.offload.process;

import java.nio.file.Path;

/** Another process's view of a queue or pipe, by a socket, but in this process. */
final class Remotes {
  private Remotes() {}

  static <T> ProcessQueue<T> of(ProcessQueue<T> queue) {
    return new ProcessQueue<>(queue.handle(), port(queue.handle()));
  }

  static <T> PipeEnd<T> of(PipeEnd<T> end) {
    return new PipeEnd<>(end.handle(), port(end.handle()));
  }

  static RemotePort port(Handle handle) {
    RemotePort port = new RemotePort(handle, gone -> {});
    ClientThread.connect(port, Path.of(handle.socket()));
    return port;
  }
}
