package dev.treadle.offload.process;

import dev.treadle.Treadle;
import java.util.concurrent.CountDownLatch;

/** What the tests have done in other processes. */
final class Steps {
  private Steps() {}

  static void nothing() {}

  static void fail() {
    throw new IllegalArgumentException("it was to fail", new RuntimeException("cause"));
  }

  static void exit(int code) {
    System.exit(code);
  }

  static void waitForEver(ProcessQueue<Long> ready) throws InterruptedException {
    ready.put(ProcessHandle.current().pid());
    new CountDownLatch(1).await();
  }

  /** A program that forgot that its main must not run in a worker. */
  static void main(String[] arguments) {
    try (WorkerProcess again = WorkerProcess.start("again", () -> main(arguments))) {
      again.join();
    }
  }

  static void count(ProcessQueue<Integer> queue, int from, int count) {
    for (int i = 0; i < count; i++) {
      queue.put(from + i);
    }
  }

  /** On a loop of the worker. */
  static void sumOnALoop(ProcessQueue<Integer> in, ProcessQueue<Integer> out) {
    Treadle.run(
        () -> {
          int sum = 0;
          for (int item : in) {
            sum += item;
          }
          out.put(sum);
        });
  }

  static void echo(PipeEnd<String> end) {
    for (String line : end) {
      end.send(line.toUpperCase(java.util.Locale.ROOT));
    }
    end.close();
  }
}
