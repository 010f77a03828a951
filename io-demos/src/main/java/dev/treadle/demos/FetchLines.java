package dev.treadle.demos;

import dev.treadle.Action;

/** A line for each download when it has ended: for files and pipes. */
final class FetchLines implements FetchView {
  private final Terminal terminal;

  FetchLines(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void showWhile(Action<RuntimeException> body) {
    body.run();
  }

  @Override
  public Meter begin(FetchTarget target) {
    return new Meter() {
      private long bytes;

      @Override
      public void expect(long total) {
        // Nobody watches it grow.
      }

      @Override
      public void add(long more) {
        bytes += more;
      }

      @Override
      public void complete() {
        terminal.println(
            "fetched: file=" + target.file() + " bytes=" + bytes + " url=" + target.url());
      }

      @Override
      public void close() {
        // Said, or said elsewhere why not.
      }
    };
  }

  @Override
  public void failed(String line) {
    terminal.err().println(line);
  }
}
