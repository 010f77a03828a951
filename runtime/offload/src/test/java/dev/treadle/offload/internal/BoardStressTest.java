package dev.treadle.offload.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker's thread and a parent's on one board: for each call at most one of these is true: it was
 * answered, the parent may kill for it, it was revoked. And one of them is.
 */
class BoardStressTest {
  private static final int CALLS = 20_000;
  private static final long ANSWERED = 1;
  private static final long DOOMED = 2;
  private static final long REVOKED = 4;
  private static final long KILL = 8;
  private static final long MISSED = 16;

  @TempDir Path directory;

  /** The worker's side; the broken twin ends a call without asking who was first. */
  private interface Worker {
    long answer(Board board, long seq);
  }

  private static final Worker RIGHT = (board, seq) -> board.end(seq) ? ANSWERED : DOOMED;
  private static final Worker BROKEN =
      (board, seq) -> {
        boolean running = board.running() == seq;
        Thread.yield();
        board.end(seq);
        return running ? ANSWERED : DOOMED;
      };

  /** What became of each call, as both sides saw it. */
  private long[] run(Worker worker) throws Exception {
    AtomicLongArray seen = new AtomicLongArray(CALLS + 1);
    CyclicBarrier start = new CyclicBarrier(2);
    Path file = directory.resolve("b");
    try (Board parent = Board.create(file);
        Board child = Board.open(file)) {
      Thread working =
          new Thread(
              () -> {
                for (int seq = 1; seq <= CALLS; seq++) {
                  meet(start);
                  int begun = child.begin(seq);
                  long result =
                      begun == Board.RUN
                          ? worker.answer(child, seq)
                          : begun == Board.REVOKED ? REVOKED : DOOMED;
                  seen.getAndAccumulate(seq, result, (a, b) -> a | b);
                  meet(start);
                }
              });
      working.start();
      for (int seq = 1; seq <= CALLS; seq++) {
        meet(start);
        for (int spin = seq & 63; spin > 0; spin--) {
          Thread.onSpinWait();
        }
        if ((seq & 1) == 0) {
          parent.revoke(seq);
        }
        long result = parent.doom(seq) ? KILL : MISSED;
        seen.getAndAccumulate(seq, result, (a, b) -> a | b);
        meet(start);
      }
      working.join();
    }
    Files.delete(file);
    long[] all = new long[CALLS];
    for (int i = 0; i < CALLS; i++) {
      all[i] = seen.get(i + 1);
    }
    return all;
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static long wrong(long[] all) {
    long wrong = 0;
    for (long each : all) {
      // Killed for exactly when the worker says nothing any more.
      if (each != (DOOMED | KILL) && each != (ANSWERED | MISSED) && each != (REVOKED | MISSED)) {
        wrong++;
      }
    }
    return wrong;
  }

  @Test
  void shouldKillOnlyWhatNeverAnswersWhenBothDecideAtOnce() throws Exception {
    assertThat(wrong(run(RIGHT))).isZero();
  }

  @Test
  void shouldBeSeenWhenTheWorkerLooksBeforeItLeaps() throws Exception {
    long wrong = 0;
    for (int i = 0; i < 200 && wrong == 0; i++) {
      wrong = wrong(run(BROKEN));
    }
    assertThat(wrong).isPositive();
  }
}
