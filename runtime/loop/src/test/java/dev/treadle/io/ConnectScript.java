package dev.treadle.io;

import static dev.treadle.Treadle.sleep;

import dev.treadle.Cancelled;
import dev.treadle.Loop;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What connecting to each address of a host does, and when; writes down what happens. */
final class ConnectScript {
  final List<String> events = new ArrayList<>();
  private final Map<InetAddress, Step> steps = new LinkedHashMap<>();
  private int open;

  ConnectScript connects(String address, long millis) {
    return add(address, millis * 1000, true);
  }

  ConnectScript fails(String address, long millis) {
    return add(address, millis * 1000, false);
  }

  ConnectScript add(String address, long micros, boolean connects) {
    steps.put(InetAddress.ofLiteral(address), new Step(address, micros, connects));
    return this;
  }

  /** How many connections were made and not closed. */
  int open() {
    return open;
  }

  /** Gives the address that it has connected to. */
  String connect(long delayMillis) {
    return connect(delayMillis, host -> List.copyOf(steps.keySet()));
  }

  /** The same of a host whose addresses the resolver has. */
  String connect(long delayMillis, Resolver resolver) {
    String connected =
        new HappyEyeballs<String>(
                80,
                Duration.ofMillis(delayMillis),
                address -> connect(Objects.requireNonNull(steps.get(address.getAddress()))),
                this::close)
            .connect("host.test", resolver);
    note("end");
    return connected;
  }

  private String connect(Step step) {
    note("start " + step.address);
    try {
      sleep(Duration.ofNanos(step.micros * 1000));
    } catch (Cancelled cancelled) {
      note("cancelled " + step.address);
      throw cancelled;
    }
    if (!step.connects) {
      note("failed " + step.address);
      throw new UncheckedIOException(step.address + " refused", new ConnectException("refused"));
    }
    note("connected " + step.address);
    open++;
    return step.address;
  }

  private void close(String address) {
    note("closed " + address);
    open--;
  }

  void note(String event) {
    events.add(Loop.current().time().toMillis() + " " + event);
  }

  private record Step(String address, long micros, boolean connects) {}
}
