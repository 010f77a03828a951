package dev.treadle;

import io.netty.channel.IoHandle;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoOps;
import org.jspecify.annotations.Nullable;

/**
 * The registration of a channel, which its loop knows until it is cancelled and no longer: a loop
 * that looked for closed ones only now and then would hold on to as many as there ever were open.
 */
final class OpenHandle implements IoRegistration {
  final IoHandle handle;
  private final IoRegistration registration;
  private final OpenHandles owner;

  /** Neighbours in the owner's list. */
  @Nullable OpenHandle previous;

  @Nullable OpenHandle next;

  /** Whether epoll knows it. */
  private boolean added;

  OpenHandle(IoRegistration registration, IoHandle handle, OpenHandles owner) {
    this.registration = registration;
    this.handle = handle;
    this.owner = owner;
  }

  @Override
  public <T> T attachment() {
    return registration.attachment();
  }

  @Override
  public long submit(IoOps ops) {
    if (!(ops instanceof EpollIoOps epoll)) {
      return registration.submit(ops);
    }
    if (epoll.value() == 0 && added) {
      // Of "nothing" Netty takes a descriptor out of epoll, and then fails to change what it waits
      // for (4.2.18): when the peer has ended its output, what no longer fits into the socket was
      // lost. Edge-triggered for nothing else, it stays and tells of its end once.
      return registration.submit(EpollIoOps.EPOLLET);
    }
    added |= epoll.value() != 0;
    return registration.submit(ops);
  }

  @Override
  public boolean isValid() {
    return registration.isValid();
  }

  @Override
  public boolean cancel() {
    boolean cancelled = registration.cancel();
    owner.cancelled(this);
    return cancelled;
  }
}
