package dev.treadle;

import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.yieldNow;

import dev.treadle.queue.AsyncQueue;
import java.time.Duration;

/** Programs that are wrong in an order of tasks that the plain loop never runs. */
enum PlantedBug {
  /** A total is read, then written back later; by luck the two never overlap. */
  LOST_UPDATE(10) {
    @Override
    boolean isWrong(boolean correct) {
      AsyncQueue<String> lock = token();
      int[] total = {0};
      group(
          g -> {
            for (int n = 0; n < 2; n++) {
              int pause = n * 5;
              g.spawn(
                  () -> {
                    turns(pause);
                    String held = correct ? lock.take() : null;
                    int read = total[0];
                    turns(2);
                    total[0] = read + 1;
                    if (held != null) {
                      lock.put(held);
                    }
                  });
            }
          });
      return total[0] != 2;
    }
  },
  /** Two locks, taken in one order and in the other. */
  LOCK_ORDER(10) {
    @Override
    boolean isWrong(boolean correct) {
      AsyncQueue<String> left = token();
      AsyncQueue<String> right = token();
      group(
          g -> {
            g.spawn(() -> takeBoth(left, right));
            g.spawn(
                () -> {
                  turns(6);
                  if (correct) {
                    takeBoth(left, right);
                  } else {
                    takeBoth(right, left);
                  }
                });
          });
      return false;
    }
  },
  /** Three locks in a ring: all three tasks must hold one. */
  LOCK_RING(8) {
    @Override
    boolean isWrong(boolean correct) {
      AsyncQueue<String> a = token();
      AsyncQueue<String> b = token();
      AsyncQueue<String> c = token();
      group(
          g -> {
            g.spawn(() -> takeBoth(a, b));
            g.spawn(
                () -> {
                  turns(6);
                  takeBoth(b, c);
                });
            g.spawn(
                () -> {
                  turns(12);
                  if (correct) {
                    takeBoth(a, c);
                  } else {
                    takeBoth(c, a);
                  }
                });
          });
      return false;
    }
  },
  /** Seen to be open, used when it has been closed: two switches, the first in a window. */
  CHECK_THEN_ACT(6) {
    @Override
    boolean isWrong(boolean correct) {
      boolean[] open = {false};
      boolean[] wrong = {false};
      group(
          g -> {
            g.spawn(
                () -> {
                  turns(4);
                  open[0] = true;
                  turns(4);
                  open[0] = false;
                });
            g.spawn(
                () -> {
                  if (open[0]) {
                    turns(correct ? 0 : 2);
                    wrong[0] = !open[0];
                  }
                });
          });
      return wrong[0];
    }
  };

  private final int oftenFound;

  PlantedBug(int oftenFound) {
    this.oftenFound = oftenFound;
  }

  /** In how many of ten tests of 200 schedules it is found, at least. */
  int oftenFound() {
    return oftenFound;
  }

  abstract boolean isWrong(boolean correct);

  boolean fails(long seed) {
    return run(Virtually.loop().chaos(seed), false);
  }

  boolean failsWhenCorrected(long seed) {
    return run(Virtually.loop().chaos(seed), true);
  }

  boolean failsInPlainOrder() {
    return run(Virtually.loop(), false);
  }

  private boolean run(LoopBuilder builder, boolean correct) {
    try {
      return builder.deadlockAfter(Duration.ofMillis(1)).run(() -> isWrong(correct));
    } catch (DeadlockException found) {
      return true;
    }
  }

  private static AsyncQueue<String> token() {
    AsyncQueue<String> lock = AsyncQueue.unbounded();
    lock.offer("token");
    return lock;
  }

  private static void takeBoth(AsyncQueue<String> first, AsyncQueue<String> second) {
    String one = first.take();
    turns(2);
    String two = second.take();
    second.put(two);
    first.put(one);
  }

  private static void turns(int count) {
    for (int n = count; n > 0; n--) {
      yieldNow();
    }
  }
}
