package dev.treadle.demos;

import dev.treadle.Loop;
import dev.treadle.LoopBuilder;
import dev.treadle.Transport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option of commands that can be told how their loop waits for I/O. */
final class TransportOption {
  @Option(
      names = "--transport",
      paramLabel = "NAME",
      converter = TransportName.class,
      description = "io_uring, epoll, kqueue or nio (default: the first of these there is).")
  private @Nullable Transport transport;

  /** For a loop on that transport. */
  LoopBuilder loop() {
    LoopBuilder loop = Loop.builder();
    return transport == null ? loop : loop.transport(transport);
  }
}
