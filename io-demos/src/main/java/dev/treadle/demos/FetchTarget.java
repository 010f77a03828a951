package dev.treadle.demos;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What to download, and the file it is to become.
 *
 * @param url as it was given
 */
record FetchTarget(String url, URI uri, Path file) {
  private static final String NAMELESS = "index.html";

  /** What every file system takes. */
  private static final int LONGEST_NAME = 200;

  /**
   * Names the file after the last part of the path; after nothing it is {@code index.html}.
   *
   * @throws FetchFailure if the URL is none of HTTP's
   */
  static FetchTarget of(String url, Path directory) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw notOne(url);
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (uri.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
      throw notOne(url);
    }
    return new FetchTarget(url, uri, directory.resolve(name(uri)));
  }

  /** The file's name alone. */
  String name() {
    return file.getFileName().toString();
  }

  /** Nothing in it leads out of the directory, hides the file, or moves the cursor. */
  private static String name(URI uri) {
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    String last = path.substring(path.lastIndexOf('/') + 1);
    String decoded = URLDecoder.decode(last.replace("+", "%2B"), StandardCharsets.UTF_8);
    String name =
        decoded.replaceAll("[\\p{Cntrl}/\\\\:*?\"<>|]", "_").replaceFirst("^\\.+", "").strip();
    if (name.isEmpty()) {
      return NAMELESS;
    }
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME);
  }

  private static FetchFailure notOne(String url) {
    return new FetchFailure(
        url, "cause=not a URL of HTTP; give one such as https://example.org/file.zip");
  }
}
