package dev.treadle.demos;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import picocli.CommandLine.Option;

/** Where a server listens; the port's default is for the command to say. */
final class ListenOptions {
  @Option(
      names = "--host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description = {
        "The address to listen on (default: ${DEFAULT-VALUE},",
        "which other machines cannot reach)."
      })
  private String host = "";

  /**
   * The address to listen on. Looks up the host, so it blocks.
   *
   * @throws UserError if there is no such host
   */
  InetSocketAddress address(int port) {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new UserError("no such host: --host=" + host + "; give an address of this machine");
    }
    return address;
  }

  /** Why it cannot listen there, for the user. */
  static UserError cannotListen(InetSocketAddress address, IOException cause) {
    return new UserError(
        "cannot listen: address="
            + text(address)
            + " cause="
            + Reason.of(cause)
            + "; give another --port, or 0 for any that is free");
  }

  /** The address as one types it. */
  static String text(SocketAddress address) {
    if (!(address instanceof InetSocketAddress internet)) {
      return address.toString();
    }
    String host = internet.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + internet.getPort();
  }
}
