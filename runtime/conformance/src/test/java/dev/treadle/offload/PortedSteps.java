package dev.treadle.offload;

import dev.treadle.offload.process.PipeEnd;
import dev.treadle.offload.process.WorkerProcess;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/** What the ported tests have done in workers. */
final class PortedSteps {
  private PortedSteps() {}

  static long pid() {
    return ProcessHandle.current().pid();
  }

  static void halt(int code) {
    Runtime.getRuntime().halt(code);
  }

  static int fail() {
    throw new IllegalStateException("123");
  }

  static void waitForEver() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  /** A program that forgot that its main must not run in a worker. */
  static void main(String[] arguments) {
    try (WorkerProcess again = WorkerProcess.start("again", () -> main(arguments))) {
      again.join();
    }
  }

  static void answer(PipeEnd<String> end) {
    for (String message : end) {
      end.send(message.toUpperCase(Locale.ROOT));
    }
    end.close();
  }

  /** Not serializable when it comes to it. */
  static final class FailsWhenWritten implements Serializable {
    private static final long serialVersionUID = 1;

    private void writeObject(ObjectOutputStream out) throws IOException {
      throw new IOException("fails when written");
    }
  }

  static final class HaltsWhenWritten implements Serializable {
    private static final long serialVersionUID = 1;

    private void writeObject(ObjectOutputStream out) {
      halt(5);
    }
  }

  static final class FailsWhenRead implements Serializable {
    private static final long serialVersionUID = 1;

    private void readObject(ObjectInputStream in) throws IOException {
      throw new InvalidObjectException("fails when read");
    }
  }
}
