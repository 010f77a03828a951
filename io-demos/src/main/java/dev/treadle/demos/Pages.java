package dev.treadle.demos;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The pages for browsers, as they are sent. */
record Pages(byte[] index, byte[] chat) {
  /** Reads them from beside this class. Blocks. */
  static Pages read() {
    return new Pages(read("index.html"), read("chat.html"));
  }

  private static byte[] read(String name) {
    try (InputStream page = Pages.class.getResourceAsStream(name)) {
      if (page == null) {
        throw new IllegalStateException("page not in the jar: name=" + name + "; build it again");
      }
      return page.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("page not readable: name=" + name, e);
    }
  }
}
