package dev.treadle.demos;

import java.net.InetSocketAddress;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where a web server listens. */
final class WebOptions {
  @Mixin private ListenOptions listen = new ListenOptions();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8080",
      converter = PortNumber.class,
      description = "0 for any that is free (default: ${DEFAULT-VALUE}).")
  private int port;

  /**
   * The address to listen on. Looks up the host, so it blocks.
   *
   * @throws UserError if there is no such host
   */
  InetSocketAddress address() {
    return listen.address(port);
  }
}
