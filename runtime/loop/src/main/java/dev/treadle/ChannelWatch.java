package dev.treadle;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which channels the loop has, and on virtual time what is under way between them. Netty tells
 * nobody, so this stands before its I/O handler and sees what registers; a loop that diagnoses
 * nothing goes without.
 *
 * <p>Where both ends of a connection are here, it is certain whether something is under way: what
 * went in at one end and has not come out at the other. Of a peer elsewhere nothing is certain but
 * that it has had no time to answer yet.
 */
final class ChannelWatch {
  private static final int FEW = 64;

  private final boolean countsTraffic;
  private final Map<IoRegistration, @Nullable ChannelEnd> registered = new LinkedHashMap<>();

  /** Ends that wait for their peer to show up, by their addresses. */
  private final Map<Ends, ChannelEnd> single = new HashMap<>();

  private long moves;

  /** So many may be registered before those that are so no more are looked for. */
  private int most = FEW;

  ChannelWatch(boolean countsTraffic) {
    this.countsTraffic = countsTraffic;
  }

  IoHandlerFactory watching(IoHandlerFactory factory) {
    return executor -> new RegistrationTap(factory.newHandler(executor), this::add);
  }

  private IoRegistration add(IoRegistration registration, IoHandle handle) {
    if (registered.size() >= most) {
      prune();
      most = Math.max(FEW, 2 * registered.size());
    }
    registered.put(registration, attach(handle));
    moved();
    return registration;
  }

  /** Whether a channel is registered that something may come from. */
  boolean isAny() {
    prune();
    return !registered.isEmpty();
  }

  /** Grows with everything that happens on a channel. */
  long moves() {
    return moves;
  }

  void moved() {
    moves++;
  }

  /** Whether a connection is being made; the system ends that one way or the other. */
  boolean isConnecting() {
    return any(ChannelEnd::isConnecting);
  }

  /** Whether something is under way from one channel here to another. */
  boolean isUnderWay() {
    return any(end -> isUnderWay(end) && end.hasMoved());
  }

  /** Whether a peer elsewhere may be about to act, and has not been waited for since the last. */
  boolean isGraceDue() {
    return any(end -> !isLocal(end) && end.hasMoved());
  }

  /** Waited in vain for what was under way. */
  void waited() {
    forEach(
        end -> {
          if (isUnderWay(end)) {
            end.waited();
          }
        });
  }

  /** Waited in vain for everybody. */
  void graceSpent() {
    forEach(ChannelEnd::waited);
    single.values().removeIf(end -> !end.channel.isOpen());
  }

  private boolean isUnderWay(ChannelEnd end) {
    return end.isAwaited() || isBeingAccepted(end);
  }

  private boolean isLocal(ChannelEnd end) {
    return end.isExact() || isBeingAccepted(end);
  }

  /** Whether a connection has been made to a server of this loop that has yet to see it. */
  private boolean isBeingAccepted(ChannelEnd end) {
    return end.peer == null
        && !end.isServer()
        && end.channel.isActive()
        && end.local() instanceof InetSocketAddress local
        && end.remote() instanceof InetSocketAddress remote
        && Objects.equals(local.getAddress(), remote.getAddress())
        && any(other -> other.isServer() && other.isReading() && listensAt(other, remote));
  }

  private static boolean listensAt(ChannelEnd server, InetSocketAddress address) {
    return server.local() instanceof InetSocketAddress bound
        && bound.getPort() == address.getPort()
        && (bound.getAddress().isAnyLocalAddress()
            || bound.getAddress().equals(address.getAddress()));
  }

  /** A channel has become active: its other end may be here, already or soon. */
  void opened(ChannelEnd end) {
    SocketAddress local = end.local();
    SocketAddress remote = end.remote();
    if (local == null || remote == null || end.peer != null) {
      return;
    }
    ChannelEnd peer = single.remove(new Ends(remote, local));
    if (peer == null) {
      single.put(new Ends(local, remote), end);
    } else {
      end.peer = peer;
      peer.peer = end;
    }
  }

  private boolean any(java.util.function.Predicate<ChannelEnd> condition) {
    for (ChannelEnd end : registered.values()) {
      if (end != null && condition.test(end)) {
        return true;
      }
    }
    return false;
  }

  private void forEach(java.util.function.Consumer<ChannelEnd> action) {
    any(
        end -> {
          action.accept(end);
          return false;
        });
  }

  private void prune() {
    for (Iterator<IoRegistration> all = registered.keySet().iterator(); all.hasNext(); ) {
      if (!all.next().isValid()) {
        all.remove();
      }
    }
  }

  /** The channels as a diagnosis shows them. */
  @Override
  public String toString() {
    prune();
    return registered.values().toString();
  }

  private @Nullable ChannelEnd attach(IoHandle handle) {
    if (!countsTraffic || !(handle instanceof Channel.Unsafe unsafe)) {
      return null;
    }
    // There is no other public way from what registers to its channel.
    Channel channel = unsafe.voidPromise().channel();
    ChannelPipeline pipeline = channel.pipeline();
    if (pipeline.get(ChannelEnd.NAME) != null) {
      // It comes from another loop.
      pipeline.remove(ChannelEnd.NAME);
    }
    ChannelEnd end = new ChannelEnd(this, channel);
    pipeline.addFirst(ChannelEnd.NAME, end);
    return end;
  }

  private record Ends(SocketAddress local, SocketAddress remote) {}
}
