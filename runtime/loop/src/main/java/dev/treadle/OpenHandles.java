package dev.treadle;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What is registered with a loop, its channels, to be closed at its end: Netty's own way out closes
 * them when it accepts no tasks any more, which their handlers are told by. On the loop's thread.
 */
final class OpenHandles implements IoHandlerFactory {
  private static final int FEW = 64;

  private final IoHandlerFactory factory;
  private final Map<IoRegistration, IoHandle> registered = new HashMap<>();

  /** So many may be registered before those that are so no more are looked for. */
  private int most = FEW;

  OpenHandles(IoHandlerFactory factory) {
    this.factory = factory;
  }

  @Override
  public IoHandler newHandler(ThreadAwareExecutor executor) {
    return new RegistrationTap(factory.newHandler(executor), this::add);
  }

  @Override
  public boolean isChangingThreadSupported() {
    return factory.isChangingThreadSupported();
  }

  private void add(IoRegistration registration, IoHandle handle) {
    if (registered.size() >= most && isAny()) {
      most = Math.max(FEW, 2 * registered.size());
    }
    registered.put(registration, handle);
  }

  /** Closes them; gives each that cannot be closed its failure. */
  void close(Consumer<Throwable> failed) {
    // A copy: what closes tells its handlers, which may register something.
    for (Map.Entry<IoRegistration, IoHandle> open : List.copyOf(registered.entrySet())) {
      try {
        if (open.getKey().isValid()) {
          open.getValue().close();
        }
      } catch (Throwable failure) {
        failed.accept(failure);
      }
    }
  }

  /** Whether one is still to be closed or, with io_uring, to be done with what it had begun. */
  boolean isAny() {
    registered.keySet().removeIf(known -> !known.isValid());
    return !registered.isEmpty();
  }
}
