package dev.treadle;

import static dev.treadle.Treadle.asCompleted;
import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.VirtualLoop.ms;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepMs;
import static dev.treadle.Virtually.turns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AsCompletedTest {
  private static Task<Integer> after(long millis, int value) {
    return spawn(
        () -> {
          sleepMs(millis);
          return value;
        });
  }

  @Test
  void shouldStillWakeTheOthersWhenOneWhoWaitsIsCancelled() {
    VirtualLoop.run(
        () -> {
          Deferred<Integer> first = new Deferred<>();
          Deferred<Integer> second = new Deferred<>();
          Iterator<Deferred<Integer>> completed = asCompleted(List.of(first, second)).iterator();
          Task<Integer> left = spawn(() -> completed.next().result());
          Task<Integer> stays = spawn(() -> completed.next().result());
          Virtually.turns(2);
          left.cancel();
          Virtually.turns(2);
          first.complete(1);
          assertThat(await(stays)).isEqualTo(1);
          assertThat(left.isCancelled()).isTrue();
          second.complete(2);
          assertThat(completed.next().result()).isEqualTo(2);
        });
  }

  @Test
  void shouldKeepTheOrderWhenSeveralAreDoneBetweenTwoLooks() {
    VirtualLoop.run(
        () -> {
          List<Deferred<Integer>> deferreds =
              List.of(new Deferred<>(), new Deferred<>(), new Deferred<>(), new Deferred<>());
          deferreds.get(3).complete(3);
          deferreds.get(1).complete(1);
          Iterator<Deferred<Integer>> completed = asCompleted(deferreds).iterator();
          deferreds.get(2).complete(2);
          deferreds.get(0).complete(0);
          List<Integer> values = new ArrayList<>();
          completed.forEachRemaining(done -> values.add(done.result()));
          assertThat(values).as("those done before in the order given").containsExactly(1, 3, 2, 0);
          assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(completed::next);
        });
  }

  @Test
  void shouldGiveTheFailedAndTheCancelledToo() {
    VirtualLoop.run(
        () -> {
          IllegalStateException failure = new IllegalStateException();
          Task<Integer> cancelled = after(10, 1);
          Deferred<Integer> failed = new Deferred<>();
          Iterator<Awaitable<Integer>> completed =
              Treadle.<Awaitable<Integer>>asCompleted(List.of(cancelled, failed)).iterator();
          failed.fail(failure);
          cancelled.cancel();
          assertThat(completed.next().failure()).isSameAs(failure);
          assertThat(completed.next().isCancelled()).isTrue();
        });
  }

  @Test
  void shouldLeaveNoCallbackAndLoseNothingWhenCancelled() {
    VirtualLoop.run(
        () -> {
          Deferred<Integer> first = new Deferred<>();
          Deferred<Integer> second = new Deferred<>();
          Iterable<Deferred<Integer>> completed = asCompleted(List.of(first, second));
          moveOnAfter(ms(10), () -> completed.iterator().next());
          assertThat(first.waiterCount()).isZero();
          assertThat(second.waiterCount()).isZero();
          second.complete(2);
          assertThat(completed.iterator().next()).isSameAs(second);
          assertThat(first.waiterCount()).isOne();
          first.complete(1);
          assertThat(completed).containsExactly(first);
        });
  }

  @Test
  void shouldStillGiveWhatItWasHandedWhenCancelledInThatTurn() {
    VirtualLoop.run(
        () -> {
          Deferred<Integer> only = new Deferred<>();
          List<Object> given = new ArrayList<>();
          Iterable<Deferred<Integer>> completed = asCompleted(List.of(only));
          Task<?> taker = spawn(() -> given.add(completed.iterator().next()));
          turns(2);
          only.complete(1);
          taker.cancel();
          turns(2);
          assertThat(given).containsExactly(only);
        });
  }

  @Test
  @Timeout(60)
  void shouldTakeBackItsCallbacksWhenItWasLeftAndCollected() {
    VirtualLoop.run(
        () -> {
          Deferred<Integer> never = new Deferred<>();
          WeakReference<Object> left = leaveEarly(never);
          assertThat(never.waiterCount()).isOne();
          while (never.waiterCount() > 0) {
            Treadle.onThread(Garbage::collect);
            assertThat(asCompleted(List.<Task<?>>of())).isEmpty();
          }
          assertThat(left.get()).isNull();
          assertThat(never.waiterCount()).isZero();
        });
  }

  private static WeakReference<Object> leaveEarly(Deferred<Integer> never) {
    Deferred<Integer> now = new Deferred<>();
    now.complete(1);
    Iterable<Deferred<Integer>> completed = asCompleted(List.of(never, now));
    for (Deferred<Integer> done : completed) {
      assertThat(done).isSameAs(now);
      break;
    }
    return new WeakReference<>(completed);
  }

  @Test
  void shouldRefuseWhatItCannotWaitFor() {
    try (Loop other = Loop.start("other")) {
      Deferred<Integer> foreign = new Deferred<>(other);
      VirtualLoop.run(
          () ->
              assertThatIllegalArgumentException()
                  .isThrownBy(() -> asCompleted(List.of(foreign)))
                  .withMessageStartingWith("an awaitable of another loop: awaitable=Deferred@")
                  .withMessageContaining(" loop=other; await it in a task of this loop"));
      assertThatIllegalStateException().isThrownBy(() -> asCompleted(List.of(foreign)));
    }
  }

  @Test
  void shouldSayWhatItWaitsFor() {
    VirtualLoop.run(
        () -> {
          Deferred<Integer> never = new Deferred<>();
          Task<?> waiting = spawn("w", () -> asCompleted(List.of(never)).iterator().next());
          turns(2);
          assertThat(waiting).hasToString("Task[w suspended on await the next of 1 awaitables]");
          waiting.cancel();
          turns(2);
          assertThat(never.waiterCount()).isZero();
        });
  }

  @Test
  void shouldAgreeWithAnAwaitWhenOneCompletesOnAnotherThread() {
    VirtualLoop.run(
        () -> {
          Deferred<Integer> elsewhere = new Deferred<>();
          Iterable<Deferred<Integer>> completed = asCompleted(List.of(elsewhere));
          Task<?> other = spawn(() -> Treadle.onThread(() -> elsewhere.complete(1)));
          assertThat(completed.iterator().next().result()).isOne();
          await(other);
        });
  }
}
