package dev.treadle;

import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is registered with a loop, its channels, to be closed at its end: Netty's own way out closes
 * them when it accepts no tasks any more, which their handlers are told by. On the loop's thread.
 */
final class OpenHandles implements IoHandlerFactory {
  private final IoHandlerFactory factory;
  private @Nullable ThreadAwareExecutor loop;
  private @Nullable OpenHandle first;

  OpenHandles(IoHandlerFactory factory) {
    this.factory = factory;
  }

  @Override
  public IoHandler newHandler(ThreadAwareExecutor executor) {
    loop = executor;
    return new RegistrationTap(
        factory.newHandler(executor),
        (registration, handle) -> add(new OpenHandle(registration, handle, this)));
  }

  @Override
  public boolean isChangingThreadSupported() {
    return factory.isChangingThreadSupported();
  }

  private OpenHandle add(OpenHandle opened) {
    OpenHandle head = first;
    opened.next = head;
    if (head != null) {
      head.previous = opened;
    }
    first = opened;
    return opened;
  }

  /**
   * One has been cancelled: forgets it. By Netty on the loop's thread; what others cancel is found
   * at the loop's end.
   */
  void cancelled(OpenHandle closed) {
    if (loop != null && loop.isExecutorThread(Thread.currentThread())) {
      remove(closed);
    }
  }

  /** Does nothing the second time. */
  private void remove(OpenHandle closed) {
    OpenHandle before = closed.previous;
    OpenHandle after = closed.next;
    if (before != null) {
      before.next = after;
    } else if (first == closed) {
      first = after;
    }
    if (after != null) {
      after.previous = before;
    }
    closed.previous = null;
    closed.next = null;
  }

  /** How many there are; those that are closed and were never cancelled among them. */
  int size() {
    int size = 0;
    for (OpenHandle open = first; open != null; open = open.next) {
      size++;
    }
    return size;
  }

  /** Closes them; gives each that cannot be closed its failure. */
  void close(Consumer<Throwable> failed) {
    // A copy: what closes tells its handlers, which may register something.
    for (OpenHandle open : all()) {
      try {
        if (open.isValid()) {
          open.handle.close();
        }
      } catch (Throwable failure) {
        failed.accept(failure);
      }
    }
  }

  /** Whether one is still to be closed or, with io_uring, to be done with what it had begun. */
  boolean isAny() {
    for (OpenHandle open : all()) {
      if (!open.isValid()) {
        remove(open);
      }
    }
    return first != null;
  }

  private List<OpenHandle> all() {
    List<OpenHandle> all = new ArrayList<>();
    for (OpenHandle open = first; open != null; open = open.next) {
      all.add(open);
    }
    return all;
  }
}
