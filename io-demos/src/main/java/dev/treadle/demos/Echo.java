package dev.treadle.demos;

import static dev.treadle.Treadle.shield;

import dev.treadle.Loop;
import dev.treadle.io.Connection;
import dev.treadle.io.Net;
import dev.treadle.io.Server;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A TCP server that sends back what it gets. */
@Command(
    name = "echo",
    description = {
      "Listens on a TCP port and sends back what it gets, until Ctrl-C.",
      "Try it with: nc 127.0.0.1 8888"
    })
final class Echo extends Helpful implements Runnable {
  /** How long clients may take to end by themselves when the server does. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final Terminal terminal;

  @Mixin private ListenOptions listen = new ListenOptions();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8888",
      converter = PortNumber.class,
      description = "0 for any that is free (default: ${DEFAULT-VALUE}).")
  private int port;

  @Mixin private TransportOption transport = new TransportOption();

  private long connections;
  private long bytes;

  Echo(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    InetSocketAddress address = listen.address(port);
    transport.loop().name("echo").run(() -> serve(address));
  }

  private void serve(InetSocketAddress address) {
    Server server = start(address);
    terminal.println(
        "echo listens: address="
            + ListenOptions.text(server.localAddress())
            + " transport="
            + Loop.current().transport().propertyValue()
            + "; Ctrl-C ends it");
    try {
      server.join();
    } finally {
      shield(() -> server.close(GRACE));
      terminal.println("echo ended: connections=" + connections + " bytes=" + bytes);
    }
  }

  private Server start(InetSocketAddress address) {
    try {
      return Net.listen(address, this::echo);
    } catch (UncheckedIOException refused) {
      IOException cause = Objects.requireNonNull(refused.getCause(), "cause");
      throw ListenOptions.cannotListen(address, cause);
    }
  }

  /** A task for each connection; a client that does not read suspends its own alone. */
  private void echo(Connection connection) {
    connections++;
    for (ByteBuf some = connection.reader().readBuffer();
        some != null;
        some = connection.reader().readBuffer()) {
      bytes += some.readableBytes();
      connection.writer().write(some);
    }
  }
}
