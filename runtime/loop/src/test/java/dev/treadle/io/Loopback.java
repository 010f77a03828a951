package dev.treadle.io;

import static dev.treadle.Treadle.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Action;
import dev.treadle.Loop;
import dev.treadle.Transport;
import dev.treadle.Treadle;
import dev.treadle.Virtually;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** What the tests of connections share: each runs on virtual time, on every transport there is. */
final class Loopback {
  static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  /** What virtual time waits for clients elsewhere: there are none. */
  private static final Duration GRACE = Duration.ofMillis(200);

  private Loopback() {}

  static Stream<Transport> transports() {
    return Arrays.stream(Transport.values()).filter(Transport::isAvailable);
  }

  /**
   * Runs the body as the main task, twice, and sees to it that the second time leaves no task and
   * no file open, and that no failure was reported.
   */
  static void run(Transport transport, Action<Exception> body) {
    run(transport, List.of(), body);
  }

  /** The same with the failures that are to be reported in each run. */
  static void run(Transport transport, List<String> reports, Action<Exception> body) {
    List<String> reported = new ArrayList<>();
    Virtually.loop()
        .transport(transport)
        .deadlockAfter(GRACE)
        .onFailure((source, failure) -> reported.add(failure.toString()))
        .run(
            () -> {
              // The first time loads classes, and with them opens files.
              body.run();
              sleep(Duration.ofSeconds(1));
              int tasks = Loop.current().tasks().size();
              int files = openFiles();
              body.run();
              // What was closed at once may take a moment in the system.
              sleep(Duration.ofSeconds(1));
              assertThat(Loop.current().tasks()).hasSize(tasks);
              assertThat(openFiles()).as("open files").isEqualTo(files);
            });
    List<String> expected = new ArrayList<>(reports);
    expected.addAll(reports);
    assertThat(reported).isEqualTo(expected);
  }

  /** Cancels the task that calls it. */
  static void cancelThisTask() {
    Objects.requireNonNull(Treadle.currentTask(), "task").cancel();
  }

  /** How many descriptors this process has; 0 where the system does not tell. */
  static int openFiles() {
    String[] open = new File("/proc/self/fd").list();
    return open == null ? 0 : open.length;
  }

  static InetSocketAddress address(Server server) {
    return (InetSocketAddress) Objects.requireNonNull(server.localAddress());
  }
}
