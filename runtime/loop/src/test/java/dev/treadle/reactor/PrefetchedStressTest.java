package dev.treadle.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Elements that two threads put in by turns and one of them takes out: each comes once, in order.
 */
@Timeout(600)
class PrefetchedStressTest {
  private static final int ROUNDS = 500 * Integer.getInteger("treadle.stress", 1);
  private static final int ELEMENTS = 400;
  private static final int ROOM = 7;

  /** What is tested, as the harness sees it, so that a broken one can take its place. */
  private interface Lane {
    /** By one thread after the other. */
    void put(Integer element);

    /** By the near thread; null if there is none yet. */
    @Nullable Integer poll();
  }

  @Test
  void shouldKeepTheOrderWhenTwoThreadsPutByTurns() throws InterruptedException {
    assertThat(spoilt(Real::new)).isZero();
  }

  /** The broken twin goes back to the near side, past what still lies on the far one. */
  @Test
  void shouldLoseTheOrderWhenTheNearSideIsUsedAgain() throws InterruptedException {
    assertThat(spoilt(GoesBack::new)).isPositive();
  }

  /** The broken twin says that an element is there before it is. */
  @Test
  void shouldLoseElementsWhenTheyAreToldOfTooEarly() throws InterruptedException {
    assertThat(spoilt(near -> new TellsEarly())).isPositive();
  }

  /** The harness: in how many rounds an element was lost, doubled or out of its order. */
  private static int spoilt(Function<Thread, Lane> lanes) throws InterruptedException {
    int spoilt = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      spoilt += isSpoilt(lanes.apply(Thread.currentThread()), new Random(seed)) ? 1 : 0;
    }
    return spoilt;
  }

  private static boolean isSpoilt(Lane lane, Random random) throws InterruptedException {
    boolean[] isNear = turns(random);
    AtomicInteger next = new AtomicInteger();
    Thread far =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (next.get() < ELEMENTS) {
                    if (!emit(lane, next, isNear, false)) {
                      Thread.yield();
                    }
                  }
                });
    boolean spoilt = false;
    int taken = 0;
    while (true) {
      boolean all = next.get() == ELEMENTS;
      boolean emitted = emit(lane, next, isNear, true);
      Integer element = random.nextInt(3) == 0 || all ? lane.poll() : null;
      if (element != null) {
        spoilt |= element != taken++;
      } else if (all) {
        break;
      } else if (!emitted) {
        Thread.yield();
      }
    }
    far.join();
    return spoilt || taken != ELEMENTS;
  }

  /**
   * Whose turn each element is: at first the near thread's, then now the one's, now the other's.
   */
  private static boolean[] turns(Random random) {
    boolean[] isNear = new boolean[ELEMENTS];
    boolean near = true;
    int change = random.nextInt(4 * ROOM);
    for (int n = 0; n < ELEMENTS; n++) {
      if (n == change) {
        near = !near;
        change += 1 + random.nextInt(4 * ROOM);
      }
      isNear[n] = near;
    }
    return isNear;
  }

  private static boolean emit(Lane lane, AtomicInteger next, boolean[] isNear, boolean near) {
    int n = next.get();
    if (n == ELEMENTS || isNear[n] != near) {
      return false;
    }
    lane.put(n);
    next.set(n + 1);
    return true;
  }

  private static final class Real implements Lane {
    private final Prefetched<Integer> prefetched;
    private final Thread near;

    Real(Thread near) {
      this.near = near;
      prefetched = new Prefetched<>(near, ROOM);
    }

    @Override
    public void put(Integer element) {
      if (!prefetched.offer(element)) {
        assertThat(prefetched.given()).isEqualTo((long) element);
        prefetched.put(element);
        if (Thread.currentThread() == near) {
          prefetched.open(element + 1L + element % 5);
        }
      }
    }

    @Override
    public @Nullable Integer poll() {
      return prefetched.hasNext() ? prefetched.take() : null;
    }
  }

  private static final class GoesBack implements Lane {
    private final Thread near;
    private final ArrayDeque<Integer> here = new ArrayDeque<>();
    private final Chain<Integer> there = new Chain<>(ROOM);

    GoesBack(Thread near) {
      this.near = near;
    }

    @Override
    public void put(Integer element) {
      if (Thread.currentThread() == near) {
        here.add(element);
      } else {
        there.put(element);
      }
    }

    @Override
    public @Nullable Integer poll() {
      if (!here.isEmpty()) {
        return here.poll();
      }
      return there.hasNext() ? there.take() : null;
    }
  }

  private static final class TellsEarly implements Lane {
    /** Between telling and putting: wide enough to be hit often. */
    private static final long GAP_NANOS = 2_000;

    private final @Nullable Integer[] places = new @Nullable Integer[ELEMENTS];
    private volatile int told;
    private int taken;

    @Override
    public void put(Integer element) {
      told = element + 1;
      long end = System.nanoTime() + GAP_NANOS;
      while (System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      places[element] = element;
    }

    @Override
    public @Nullable Integer poll() {
      // What is not there yet is taken for lost.
      return taken == told ? null : places[taken++];
    }
  }
}
