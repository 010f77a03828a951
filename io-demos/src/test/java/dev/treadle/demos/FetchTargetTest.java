package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FetchTargetTest {
  private static final Path DIRECTORY = Path.of("some", "where");

  @ParameterizedTest
  @CsvSource({
    "http://x, index.html",
    "http://x/, index.html",
    "HTTPS://x/a/, index.html",
    "http://x/a/b.zip?c=d/e#f, b.zip",
    "http://x/%C3%A4%20b+c, ä b+c",
    "http://x/.., index.html",
    "http://x/a/%2e%2e, index.html",
    "http://x/%2e%2e%2fetc%2fpasswd, _etc_passwd",
    "http://x/.profile, profile",
    "http://x/a%00%1b%5b2J, a__[2J",
    "http://x/c%3a%5cd, c__d"
  })
  void shouldNameAFileInTheDirectoryWhenUrlIs(String url, String name) {
    FetchTarget target = FetchTarget.of(url, DIRECTORY);

    assertThat(target.file()).isEqualTo(DIRECTORY.resolve(name));
    assertThat(target.name()).isEqualTo(name);
  }

  @Test
  void shouldShortenTheNameWhenItIsLong() {
    FetchTarget target = FetchTarget.of("http://x/" + "y".repeat(300), DIRECTORY);

    assertThat(target.name()).isEqualTo("y".repeat(200));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "file:///etc/passwd", "ftp://x/y", "http:", "http:///y", "a b"})
  void shouldRefuseWhenItIsNoUrlOfHttp(String url) {
    assertThatThrownBy(() -> FetchTarget.of(url, DIRECTORY))
        .isInstanceOf(FetchFailure.class)
        .hasMessage(
            "not fetched: url="
                + url
                + " cause=not a URL of HTTP; give one such as https://example.org/file.zip");
  }
}
