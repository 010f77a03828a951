package dev.treadle.io;

import dev.treadle.Treadle;
import io.netty.resolver.HostsFileEntriesProvider;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsServerAddressStream;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.resolver.dns.UnixResolverDnsServerAddressStreamProvider;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the system's files say of names. Netty would read them on the loop's thread; here a thread
 * of the pool does, and the loop sees what that found.
 */
final class SystemNames implements DnsServerAddressStreamProvider {
  /** So old they may get before they are read again. */
  private static final long MOST_NANOS = Duration.ofSeconds(10).toNanos();

  private static final Pattern NDOTS = Pattern.compile("\\bndots:([0-9]{1,3})\\b");

  static final SystemNames SYSTEM = new SystemNames(null, null);

  private final @Nullable File hostsFile;
  private final @Nullable DnsServerAddressStreamProvider ownServers;

  /** Written by threads of the pools, read by those of the loops. */
  private volatile @Nullable Found found;

  /**
   * Names of the given files.
   *
   * @param hostsFile null: the system's
   * @param ownServers null: the system's
   */
  SystemNames(@Nullable File hostsFile, @Nullable DnsServerAddressStreamProvider ownServers) {
    this.hostsFile = hostsFile;
    this.ownServers = ownServers;
  }

  static SystemNames withServers(List<InetSocketAddress> nameServers) {
    return new SystemNames(null, sequential(nameServers));
  }

  static DnsServerAddressStreamProvider sequential(List<InetSocketAddress> nameServers) {
    if (nameServers.isEmpty()) {
      throw new IllegalArgumentException(
          "no name servers: nameServers=[]; give at least one, or use Dns.system()");
    }
    return new SequentialDnsServerAddressStreamProvider(nameServers);
  }

  /** Sees to it that the files have been read lately; suspends while they are. */
  void refresh() {
    Found last = found;
    if (last == null || System.nanoTime() - last.nanoTime > MOST_NANOS) {
      try {
        Treadle.onThread(() -> found = read());
      } catch (IOException failure) {
        throw new UncheckedIOException(
            "hosts file not readable: file=" + hostsFile + " cause=" + failure.getMessage(),
            failure);
      }
    }
  }

  /** As if so much time had passed since they were read. */
  void age(Duration time) {
    Found last = found();
    found = new Found(last.hosts, last.servers, last.ndots, last.nanoTime - time.toNanos());
  }

  private Found read() throws IOException {
    prepare();
    HostsFileEntriesProvider hosts =
        hostsFile == null
            ? HostsFileEntriesProvider.parser().parseSilently()
            : HostsFileEntriesProvider.parser().parse(hostsFile);
    DnsServerAddressStreamProvider servers = ownServers;
    return new Found(
        hosts, servers == null ? systemServers() : servers, ndots(), System.nanoTime());
  }

  private static DnsServerAddressStreamProvider systemServers() {
    if (!System.getProperty("os.name", "").startsWith("Mac")) {
      try {
        // Not Netty's default, which reads the file again by itself, on whatever thread asks.
        return new UnixResolverDnsServerAddressStreamProvider("/etc/resolv.conf", "/etc/resolver");
      } catch (IOException | RuntimeException none) {
        // No such file, or no server in it: whatever else Netty finds.
      }
    }
    return DnsServerAddressStreamProviders.platformDefault();
  }

  /** The option of that name, which Netty follows and does not tell. */
  private static int ndots() {
    StringBuilder options = new StringBuilder();
    try {
      for (String line : Files.readAllLines(Path.of("/etc/resolv.conf"))) {
        if (line.startsWith("options")) {
          options.append(' ').append(line);
        }
      }
    } catch (IOException | UncheckedIOException none) {
      // Another kind of system.
    }
    return ndots(options + " " + System.getenv().getOrDefault("RES_OPTIONS", ""));
  }

  /** What the options say; the last counts. */
  static int ndots(String options) {
    Matcher matcher = NDOTS.matcher(options);
    int ndots = 1;
    while (matcher.find()) {
      ndots = Integer.parseInt(matcher.group(1));
    }
    return ndots;
  }

  /**
   * Whether a name is asked for as it is before others are appended to it. To be {@link #refresh}ed
   * before.
   */
  boolean isAskedAsItIs(String name) {
    return name.endsWith(".") || name.chars().filter(c -> c == '.').count() >= found().ndots;
  }

  /** What the resolver's first use on a loop would read files for. */
  private static void prepare() {
    try {
      MethodHandles.lookup().ensureInitialized(DnsNameResolver.class);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
    new SecureRandom().nextInt();
  }

  /** What the hosts file has for the name, IPv6 first; empty if nothing. */
  List<InetAddress> hosts(String name) {
    String key = name.toLowerCase(Locale.ENGLISH);
    List<InetAddress> addresses = new ArrayList<>();
    addresses.addAll(of(found().hosts.ipv6Entries(), key));
    addresses.addAll(of(found().hosts.ipv4Entries(), key));
    return addresses;
  }

  private static List<InetAddress> of(Map<String, List<InetAddress>> entries, String key) {
    List<InetAddress> addresses = entries.get(key);
    return addresses == null ? List.of() : addresses;
  }

  @Override
  public DnsServerAddressStream nameServerAddressStream(String hostname) {
    return found().servers.nameServerAddressStream(hostname);
  }

  private Found found() {
    Found last = found;
    if (last == null) {
      throw new AssertionError("not refreshed");
    }
    return last;
  }

  private record Found(
      HostsFileEntriesProvider hosts,
      DnsServerAddressStreamProvider servers,
      int ndots,
      long nanoTime) {}
}
