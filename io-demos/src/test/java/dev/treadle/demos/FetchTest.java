package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class FetchTest {
  @TempDir private Path folder;

  /** Lets go of handlers that wait when a test ends. */
  private final CountDownLatch over = new CountDownLatch(1);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private String url = "";

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
    url = "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @AfterEach
  void stopServer() {
    over.countDown();
    server.stop(0);
    threads.shutdown();
  }

  @Test
  void shouldStoreEachUnderItsNameWhenThereAreMany() throws IOException {
    List<byte[]> bodies = new ArrayList<>();
    List<String> urls = new ArrayList<>();
    for (int n = 0; n < 30; n++) {
      byte[] body = new byte[n * 20_000];
      new SplittableRandom(n).nextBytes(body);
      bodies.add(body);
      boolean isLengthKnown = n % 2 == 0;
      serve("/file-" + n, exchange -> send(exchange, body, isLengthKnown));
      urls.add(url + "/file-" + n);
    }

    Ran ran = fetch(urls.toArray(String[]::new));

    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isZero();
    assertThat(ran.lines())
        .hasSize(31)
        .contains(
            "fetched: file=" + folder.resolve("file-3") + " bytes=60000 url=" + url + "/file-3");
    assertThat(ran.lines()).last().isEqualTo("fetched=30 failed=0 bytes=8700000");
    assertThat(files()).hasSize(30);
    for (int n = 0; n < 30; n++) {
      assertThat(Files.readAllBytes(folder.resolve("file-" + n))).isEqualTo(bodies.get(n));
    }
  }

  @Test
  void shouldHaveNoMoreUnderWayThanAllowedWhenThereAreMany() {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    String[] urls = new String[12];
    for (int n = 0; n < urls.length; n++) {
      serve(
          "/" + n,
          exchange -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            byte[] body = new byte[100_000];
            // Counted down before its client can see the end and ask for another.
            running.decrementAndGet();
            send(exchange, body, true);
          });
      urls[n] = url + "/" + n;
    }

    Ran ran = fetch(Stream.concat(Stream.of("--concurrency", "3"), Arrays.stream(urls)));

    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(most.get()).isBetween(1, 3);
  }

  @Test
  void shouldTellEachFailureInALineAndFetchTheOthersWhenSomeFail() throws IOException {
    serve("/good", exchange -> send(exchange, new byte[] {1}, true));
    serve("/again/good", exchange -> send(exchange, new byte[] {2}, true));
    serve("/there", exchange -> send(exchange, new byte[] {3}, true));
    serve("/short", FetchTest::sendLessThanAnnounced);
    serve("/moved", exchange -> redirect(exchange, "/good"));
    serve("/nowhere", exchange -> redirect(exchange, "gopher://x/y"));
    Files.writeString(folder.resolve("there"), "mine");

    String plain = "https://127.0.0.1:" + plainPort();
    Ran ran =
        fetch(
            "gopher://x/y",
            "not a url",
            url + "/good",
            url + "/again/good",
            url + "/there",
            url + "/short",
            url + "/missing",
            url + "/moved",
            url + "/nowhere",
            "http://127.0.0.1:1/refused",
            "http://nowhere.invalid/lost",
            plain + "/tls");

    String notOne = "cause=not a URL of HTTP; give one such as https://example.org/file.zip";
    assertThat(ran.err().lines())
        .containsExactlyInAnyOrder(
            "not fetched: url=gopher://x/y " + notOne,
            "not fetched: url=not a url " + notOne,
            "not fetched: url="
                + url
                + "/again/good file="
                + folder.resolve("good")
                + " is that of url="
                + url
                + "/good; fetch it elsewhere",
            "not fetched: url="
                + url
                + "/there file="
                + folder.resolve("there")
                + " is there already; move it away",
            "not fetched: url="
                + url
                + "/short cause=connection prematurely closed DURING response; check the URL or"
                + " try again",
            "not fetched: url=" + url + "/missing status=404 Not Found; check the URL",
            "not fetched: url="
                + url
                + "/nowhere cause=invalid scheme [gopher]; check the URL or try again",
            "not fetched: url=http://127.0.0.1:1/refused cause=connection refused; check the URL"
                + " or try again",
            "not fetched: url=http://nowhere.invalid/lost cause=unknown host; check the URL or"
                + " try again",
            "not fetched: url="
                + plain
                + "/tls cause=the server does not speak TLS; check the URL or try again");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.lines()).last().isEqualTo("fetched=2 failed=10 bytes=2");
    // Nothing partial, and nothing overwritten.
    assertThat(files()).containsExactlyInAnyOrder("good", "moved", "there");
    assertThat(folder.resolve("good")).hasBinaryContent(new byte[] {1});
    assertThat(folder.resolve("there")).hasContent("mine");
  }

  @Test
  void shouldGiveUpWhenTheServerIsSilent() {
    serve("/silent", this::waitSilently);

    Ran ran = fetch("--timeout", "50ms", url + "/silent");

    assertThat(ran)
        .isEqualTo(
            new Ran(
                1,
                "fetched=0 failed=1 bytes=0\n",
                "not fetched: url="
                    + url
                    + "/silent cause=no answer in time; check the URL or try again\n"));
  }

  @Test
  void shouldSayInOneLineWhenThereIsNoSuchDirectory() {
    Path missing = folder.resolve("missing");

    assertThat(Ran.demo("fetch", "http://127.0.0.1:1/x", "--directory", missing.toString()))
        .isEqualTo(
            new Ran(2, "", "no such directory: --directory=" + missing + "; make it first\n"));
  }

  @Test
  void shouldDrawABarForEachWhenOnATerminal() {
    serve("/one.bin", exchange -> send(exchange, new byte[30 << 20], true));
    serve("/two.bin", exchange -> send(exchange, new byte[1000], false));
    serve("/empty", exchange -> send(exchange, new byte[0], true));
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            true);

    int code =
        Ran.guarded(
            terminal,
            "fetch",
            "--directory",
            folder.toString(),
            url + "/one.bin",
            url + "/two.bin",
            url + "/empty",
            url + "/missing");

    assertThat(code).isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("fetched=3 failed=1 bytes=31458280\n");
    assertThat(Screen.after(err.toString(StandardCharsets.UTF_8)))
        .hasSize(4)
        .anyMatch(line -> line.matches("one\\.bin {17} 100% \\[=+] +30/30 MiB .*"))
        .anyMatch(line -> line.matches("two\\.bin {17} 100% \\[=+] .*"))
        .contains("empty" + " ".repeat(21) + "empty")
        .contains("not fetched: url=" + url + "/missing status=404 Not Found; check the URL");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGINT to send")
  void shouldLeaveWholeFilesAloneWhenInterrupted() throws Exception {
    CountDownLatch begun = new CountDownLatch(2);
    serve("/whole", exchange -> send(exchange, new byte[] {1, 2, 3}, true));
    HttpHandler endless =
        exchange -> {
          exchange.sendResponseHeaders(200, 1000);
          exchange.getResponseBody().write(new byte[500]);
          exchange.getResponseBody().flush();
          begun.countDown();
          waitSilently(exchange);
        };
    serve("/partial-1", endless);
    serve("/partial-2", endless);
    try (Child child =
        Child.demo(
            "fetch",
            "--directory",
            folder.toString(),
            url + "/whole",
            url + "/partial-1",
            url + "/partial-2")) {
      assertThat(child.line()).startsWith("fetched: ");
      assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();

      child.interrupt();

      assertThat(child.ended())
          .isEqualTo(new Ran(130, "interrupted: fetched=1 failed=0 bytes=3\n", ""));
      assertThat(files()).containsExactly("whole");
    }
  }

  private Ran fetch(String... arguments) {
    return fetch(Arrays.stream(arguments));
  }

  private Ran fetch(Stream<String> arguments) {
    return Ran.demo(
        Stream.concat(Stream.of("fetch", "--directory", folder.toString()), arguments)
            .toArray(String[]::new));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private void serve(String path, HttpHandler handler) {
    server.createContext(path, handler);
  }

  private static void send(HttpExchange exchange, byte[] body, boolean isLengthKnown)
      throws IOException {
    long announced = body.length == 0 ? -1 : isLengthKnown ? body.length : 0;
    exchange.sendResponseHeaders(200, announced);
    try (exchange) {
      exchange.getResponseBody().write(body);
    }
  }

  private static void sendLessThanAnnounced(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 1000);
    exchange.getResponseBody().write(new byte[500]);
    exchange.getResponseBody().flush();
    throw new IOException("on purpose");
  }

  private static void redirect(HttpExchange exchange, String to) throws IOException {
    exchange.getResponseHeaders().set("Location", to);
    exchange.sendResponseHeaders(302, -1);
    exchange.close();
  }

  /** Where somebody answers TLS in plain text, and at once. */
  private int plainPort() throws IOException {
    ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    threads.execute(
        () -> {
          try (listening;
              Socket client = listening.accept()) {
            client.getInputStream().read();
            client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes());
            client.getInputStream().readAllBytes();
          } catch (IOException e) {
            // The client has seen enough.
          }
        });
    return listening.getLocalPort();
  }

  private void waitSilently(HttpExchange exchange) {
    try (exchange) {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
