package dev.treadle.demos;

import dev.treadle.Action;

/** What somebody sees of downloads. Confined to the loop's thread; nothing here blocks it. */
interface FetchView {
  /** Shows downloads while the body runs, and how all have ended before it returns. */
  void showWhile(Action<RuntimeException> body);

  /** A download begins. */
  Meter begin(FetchTarget target);

  /** A download has failed; the line says why. */
  void failed(String line);

  /** How far one download is; closed when it has ended, well or not. */
  interface Meter extends AutoCloseable {
    /** How many bytes there will be; is not called where nobody knows. */
    void expect(long bytes);

    /** That many more have come. */
    void add(long bytes);

    /** It is whole. */
    void complete();

    @Override
    void close();
  }
}
