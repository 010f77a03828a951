package dev.treadle.benchmarks;

import jdk.internal.vm.Continuation;
import jdk.internal.vm.ContinuationScope;

/**
 * The floor: the JDK's continuation with nothing around it. The one class beside the project's own
 * fiber that touches {@code jdk.internal.vm}, because a floor measured through the fiber would be
 * the fiber's.
 */
final class RawContinuation {
  private static final ContinuationScope SCOPE = new ContinuationScope("benchmark");

  private int element;
  private long done;

  private RawContinuation() {}

  /** Resumes each continuation in turn; each suspends at once. */
  static long switches(int continuations, int each) {
    RawContinuation tally = new RawContinuation();
    Continuation[] all = new Continuation[continuations];
    for (int c = 0; c < continuations; c++) {
      all[c] =
          new Continuation(
              SCOPE,
              () -> {
                for (int i = 0; i < each; i++) {
                  Continuation.yield(SCOPE);
                  tally.done++;
                }
              });
    }
    for (int i = 0; i <= each; i++) {
      for (Continuation continuation : all) {
        continuation.run();
      }
    }
    return tally.done;
  }

  /** Makes a continuation and runs it to its end, over and over. */
  static long spawns(int continuations) {
    RawContinuation tally = new RawContinuation();
    for (int i = 0; i < continuations; i++) {
      new Continuation(SCOPE, () -> tally.done++).run();
    }
    return tally.done;
  }

  /** Hands elements over through a field, one for each resume. */
  static long elements(int count) {
    RawContinuation box = new RawContinuation();
    Continuation body =
        new Continuation(
            SCOPE,
            () -> {
              for (int i = 0; i < count; i++) {
                box.element = i & 63;
                Continuation.yield(SCOPE);
              }
            });
    long sum = 0;
    for (body.run(); !body.isDone(); body.run()) {
      sum += box.element;
    }
    return sum;
  }
}
