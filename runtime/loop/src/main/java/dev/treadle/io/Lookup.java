package dev.treadle.io;

import dev.treadle.Loop;
import dev.treadle.Transport;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsErrorCauseException;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** Asks the hosts file, then DNS; for any loop. */
final class Lookup implements FamilyResolver {
  private static final List<InetAddress> LOOPBACK =
      NetUtil.isIpV4StackPreferred()
          ? List.of(NetUtil.LOCALHOST4)
          : List.of(NetUtil.LOCALHOST6, NetUtil.LOCALHOST4);

  private static final ResolvedAddressTypes BOTH =
      NetUtil.isIpV4StackPreferred()
          ? ResolvedAddressTypes.IPV4_ONLY
          : ResolvedAddressTypes.IPV6_PREFERRED;

  private static final String NO_SUCH_HOST = "no such host; check the name";

  private final SystemNames names;
  private final @Nullable Duration timeout;

  /** For each loop, which keep its answers. They do not hold their loops. */
  private final Map<Loop, Map<ResolvedAddressTypes, DnsNameResolver>> resolvers =
      Collections.synchronizedMap(new WeakHashMap<>());

  /**
   * A lookup by the given names.
   *
   * @param timeout of each query; null: what the system's options say
   */
  Lookup(SystemNames names, @Nullable Duration timeout) {
    if (timeout != null && timeout.toMillis() <= 0) {
      throw new IllegalArgumentException(
          "no time to answer: timeout=" + timeout + "; give a millisecond at least");
    }
    this.names = names;
    this.timeout = timeout;
  }

  @Override
  public List<InetAddress> resolve(String host) {
    Loop loop = Loop.current();
    List<InetAddress> known = known(loop, host);
    if (!known.isEmpty()) {
      return known;
    }
    try {
      return ask(loop, host, BOTH);
    } catch (IOException failure) {
      throw notResolved(host, failure);
    }
  }

  @Override
  public boolean isAskedApart(String host) {
    return known(Loop.current(), host).isEmpty() && names.isAskedAsItIs(host);
  }

  @Override
  public List<InetAddress> resolve(String host, StandardProtocolFamily family) {
    boolean ipv6 = family == StandardProtocolFamily.INET6;
    if (ipv6 && NetUtil.isIpV4StackPreferred()) {
      return List.of();
    }
    // With nothing appended: what is found otherwise is found by asking for both.
    String absolute = host.endsWith(".") ? host : host + ".";
    try {
      return ask(
          Loop.current(),
          absolute,
          ipv6 ? ResolvedAddressTypes.IPV6_ONLY : ResolvedAddressTypes.IPV4_ONLY);
    } catch (IOException failure) {
      if (reason(failure).equals(NO_SUCH_HOST)) {
        return List.of();
      }
      throw notResolved(host, failure);
    }
  }

  /** What needs no query; empty if there is nothing. */
  private List<InetAddress> known(Loop loop, String host) {
    Confinement.enter(loop, "resolve");
    if (host.isEmpty()) {
      throw new IllegalArgumentException("host is empty: host=; give a name or an address");
    }
    InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
    if (literal != null) {
      return List.of(literal);
    }
    names.refresh();
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    List<InetAddress> known = names.hosts(name);
    return known.isEmpty() && isLocalhost(name) ? LOOPBACK : known;
  }

  private static boolean isLocalhost(String name) {
    String lowerCase = name.toLowerCase(Locale.ENGLISH);
    return lowerCase.equals("localhost") || lowerCase.endsWith(".localhost");
  }

  private List<InetAddress> ask(Loop loop, String host, ResolvedAddressTypes types)
      throws IOException {
    return NettyWait.await(
        resolvers
            .computeIfAbsent(loop, of -> new EnumMap<>(ResolvedAddressTypes.class))
            .computeIfAbsent(types, of -> resolverOn(loop, types))
            .resolveAll(host));
  }

  private static UncheckedIOException notResolved(String host, IOException failure) {
    return new UncheckedIOException(
        "host not resolved: host=" + host + " cause=" + reason(failure), failure);
  }

  private DnsNameResolver resolverOn(Loop loop, ResolvedAddressTypes asked) {
    // Not the loop itself, which the factory would keep.
    Transport transport = loop.transport();
    DnsNameResolverBuilder builder =
        new DnsNameResolverBuilder(loop.nettyLoop())
            .datagramChannelFactory(() -> Sockets.datagram(transport))
            // For answers that a datagram does not hold.
            .socketChannelType(Sockets.tcp(transport))
            // One that stays open would be, for a diagnosis, something that may still happen; and
            // each query leaves from another port, which is harder to forge an answer to.
            .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
            .hostsFileEntriesResolver((name, types) -> null)
            .nameServerProvider(names)
            .resolvedAddressTypes(asked);
    if (timeout != null) {
      builder.queryTimeoutMillis(timeout.toMillis());
    }
    return builder.build();
  }

  /** Why not, and what to do about it, in a line. */
  private static String reason(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DnsNameResolverTimeoutException) {
        return "no name server has answered in time; check the network and the name servers";
      }
      if (cause instanceof DnsErrorCauseException error
          && !error.getCode().equals(DnsResponseCode.NXDOMAIN)) {
        return "the name server has failed with " + error.getCode() + "; try again";
      }
    }
    return failure instanceof UnknownHostException
        ? NO_SUCH_HOST
        : String.valueOf(failure.getMessage()).lines().findFirst().orElse("unknown");
  }
}
