package dev.treadle.demos;

import static dev.treadle.Treadle.concurrently;
import static dev.treadle.Treadle.onThread;

import dev.treadle.Loop;
import dev.treadle.http.Http;
import dev.treadle.http.StreamedReply;
import io.netty.channel.ChannelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import reactor.netty.http.client.HttpClient;

/** Downloads, many at a time. */
@Command(
    name = "fetch",
    description = {
      "Downloads each URL into a file that is named after it.",
      "Files are complete: what fails, and what Ctrl-C ends, leaves none behind.",
      "Exits with 1 if one failed; the others are fetched all the same."
    })
final class Fetch extends Helpful implements Callable<Integer> {
  private static final int OK = 200;

  private final Terminal terminal;
  private final Map<Path, String> taken = new HashMap<>();

  @Parameters(paramLabel = "URL", arity = "1..*", description = "What to download.")
  private List<String> urls = List.of();

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      defaultValue = "10",
      converter = PositiveInt.class,
      description = "How many at a time (default: ${DEFAULT-VALUE}).")
  private int concurrency;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "Where the files go (default: the current one).")
  private Path directory = Path.of("");

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "30s",
      converter = TimeSpan.class,
      description = "How long a server may be silent (default: ${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ZERO;

  private int fetched;
  private int failed;
  private long bytes;

  Fetch(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (!Files.isDirectory(directory)) {
      throw new UserError("no such directory: --directory=" + directory + "; make it first");
    }
    NettyLog.hush();
    if (urls.stream().anyMatch(url -> url.regionMatches(true, 0, "https:", 0, 6))) {
      // Reads the certificates the JDK trusts, once; here where nobody is kept waiting.
      HttpClient.create().secure();
    }
    FetchView view = terminal.fetchView();
    Loop.builder().name("fetch").run(() -> fetchAll(view));
    return failed == 0 ? 0 : 1;
  }

  private void fetchAll(FetchView view) {
    HttpClient client = Http.client().followRedirect(true).responseTimeout(timeout);
    boolean ended = false;
    try {
      view.showWhile(
          () -> concurrently(concurrency, urls).forEach(url -> fetch(url, client, view)));
      ended = true;
    } finally {
      terminal.println(
          (ended ? "" : "interrupted: ")
              + ("fetched=" + fetched + " failed=" + failed + " bytes=" + bytes));
    }
  }

  /** One download, well or not: nothing but the end of all ends the others. */
  private void fetch(String url, HttpClient client, FetchView view) {
    try {
      FetchTarget target = FetchTarget.of(url, directory);
      String other = taken.putIfAbsent(target.file(), url);
      if (other != null) {
        throw new FetchFailure(
            url, "file=" + target.file() + " is that of url=" + other + "; fetch it elsewhere");
      }
      try (FetchView.Meter meter = view.begin(target)) {
        download(target, client, meter);
        meter.complete();
        fetched++;
      }
    } catch (FetchFailure failure) {
      failed++;
      view.failed(String.valueOf(failure.getMessage()));
    }
  }

  private void download(FetchTarget target, HttpClient client, FetchView.Meter meter) {
    if (onThread(() -> Files.exists(target.file()))) {
      throw exists(target);
    }
    try (StreamedReply reply = Http.open(client.get().uri(target.uri()))) {
      if (reply.status() != OK) {
        throw new FetchFailure(
            target.url(), "status=" + reply.netty().status() + "; check the URL");
      }
      String length = reply.header("content-length");
      if (length != null) {
        meter.expect(Long.parseLong(length));
      }
      store(reply, target, meter);
    } catch (UncheckedIOException | ChannelException | IllegalArgumentException lost) {
      // The last for a redirection that leads nowhere.
      throw new FetchFailure(
          target.url(), "cause=" + Reason.of(lost) + "; check the URL or try again");
    }
  }

  /** Takes the next piece when the one before is in the file: the server waits for the disk. */
  private void store(StreamedReply reply, FetchTarget target, FetchView.Meter meter) {
    long size = 0;
    try (PartialFile file = PartialFile.create(target.file())) {
      for (byte[] piece : reply.chunks()) {
        file.write(piece);
        meter.add(piece.length);
        size += piece.length;
      }
      file.complete();
      bytes += size;
    } catch (FileAlreadyExistsException e) {
      throw exists(target);
    } catch (IOException e) {
      throw new FetchFailure(
          target.url(),
          "file=" + target.file() + " cause=" + Reason.of(e) + "; give another --directory");
    }
  }

  private static FetchFailure exists(FetchTarget target) {
    return new FetchFailure(
        target.url(), "file=" + target.file() + " is there already; move it away");
  }
}
