package dev.treadle.benchmarks.io;

import dev.treadle.benchmarks.Machine;
import dev.treadle.benchmarks.ResultsPage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures servers in processes of their own and writes the table into a page: {@code IoBenchmarks
 * PAGE [SECTION...] [rounds=MOST]}. How to start it is in {@code docs/io-benchmarks.md}.
 */
public final class IoBenchmarks {
  /** No round begins after it; what is left then ends a little later. */
  private static final Duration TIME_LIMIT = Duration.ofSeconds(660);

  private static final List<String> SCRIPTS =
      List.of("lifeline.py", "echo.py", "hello.py", "echo.js", "hello.js");
  private static final int CONNECTIONS = 50;
  private static final int MANY_CONNECTIONS = 256;

  /** Of a core: what nothing but other programs keeps a server or its client from. */
  private static final double BUSY = 0.85;

  private final Progress progress = new Progress(TIME_LIMIT);
  private final Tools tools = new Tools("uvloop");
  private final Contenders contenders;
  private final int mostRounds;
  private final Child client;
  private final List<IoTable.Part> parts = new ArrayList<>();

  private IoBenchmarks(Path scripts, int mostRounds) throws IOException {
    this.mostRounds = mostRounds;
    contenders = new Contenders(tools, scripts);
    List<String> command = new ArrayList<>(tools.java());
    command.add(EchoClient.class.getName());
    client = new Child("client", tools.onClientCore(command));
  }

  /** Measures the sections that are named, {@code echo idle hello sleep}; all by default. */
  public static void main(String[] args) throws IOException, InterruptedException {
    ResultsPage page = new ResultsPage(Path.of(args[0]));
    List<String> words = new ArrayList<>(List.of(args).subList(1, args.length));
    int most =
        words.stream()
            .filter(word -> word.startsWith("rounds="))
            .mapToInt(word -> (int) new Fields(word).number("rounds"))
            .findAny()
            .orElse(Integer.MAX_VALUE);
    words.removeIf(word -> word.startsWith("rounds="));
    List<String> sections = words.isEmpty() ? List.of("echo", "idle", "hello", "sleep") : words;
    try (Scripts scripts = new Scripts(IoBenchmarks.class, SCRIPTS)) {
      IoBenchmarks benchmarks = new IoBenchmarks(scripts.folder(), most);
      try {
        for (String section : sections) {
          benchmarks.measure(section);
        }
      } finally {
        benchmarks.client.close();
      }
      String results = benchmarks.describe();
      page.write(results);
      System.out.println(results);
    }
  }

  private void measure(String section) throws InterruptedException {
    switch (section) {
      case "echo" -> echo();
      case "hello" -> hello();
      case "sleep" -> sleep();
      case "idle" -> idle();
      default ->
          throw new IllegalArgumentException(
              "no such section: section=" + section + "; use echo, idle, hello, sleep");
    }
  }

  private void echo() throws InterruptedException {
    String title = "TCP echo, 64 B, 50 connections";
    EchoLoad load = new EchoLoad(client, CONNECTIONS);
    Measured measured =
        new Section(title, contenders.echo(), load, rounds(9), 800, BUSY).measure(progress);
    add(measured, Limits.echo(), Figure.PER_SECOND);
  }

  private void hello() throws InterruptedException {
    String title = "HTTP hello, 50 connections";
    http(title, contenders.hello(), CONNECTIONS, BUSY, Limits.hello());
  }

  private void sleep() throws InterruptedException {
    NettyTransport transport = NettyTransport.EPOLL;
    for (int connections : List.of(CONNECTIONS, MANY_CONNECTIONS)) {
      String title =
          "HTTP, 1 ms sleep in every request, %d connections, %s"
              .formatted(connections, transport.title());
      List<Limit> limits = Limits.sleeping(connections, transport);
      // With few connections it is the timers that all wait for.
      http(title, contenders.sleeping(transport), connections, 0, limits);
    }
  }

  private void http(
      String title, List<Contender> servers, int connections, double busy, List<Limit> limits)
      throws InterruptedException {
    Measured measured = new Measured(title);
    if (tools.wrkMissing() == null) {
      WrkLoad load = new WrkLoad(tools, connections);
      measured = new Section(title, servers, load, rounds(7), 1_000, busy).measure(progress);
    } else {
      for (Contender server : servers) {
        measured.leaveOut(server.title(), "not installed: wrk");
      }
    }
    add(measured, limits, Figure.PER_SECOND);
  }

  private void idle() throws InterruptedException {
    String title = String.format(Locale.ROOT, "%,d idle connections", IdleConnections.COUNT);
    List<Contender> servers = contenders.jvmEcho(NettyTransport.EPOLL);
    Measured measured = new IdleConnections(client, progress).measure(title, servers, rounds(3));
    add(measured, Limits.idle(), Figure.BYTES);
  }

  private int rounds(int wanted) {
    return Math.min(wanted, mostRounds);
  }

  private void add(Measured measured, List<Limit> limits, Figure figure) {
    parts.add(new IoTable.Part(measured, limits, figure, figure == Figure.PER_SECOND));
  }

  private String describe() {
    return "\n"
        + Machine.describe(LocalDate.now())
        + tools.describe()
        + "\n"
        + new IoTable(parts).toMarkdown()
        + "\n";
  }
}
