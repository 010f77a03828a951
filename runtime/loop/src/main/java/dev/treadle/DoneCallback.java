package dev.treadle;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/** Somebody who wants to be told of an outcome, until they say that they no longer do. */
final class DoneCallback<T extends @Nullable Object> implements Disposable {
  private final Awaitable<T> source;

  /** What is still to be called; confined to the loop's thread, as the place in the queue is. */
  private @Nullable Consumer<Outcome<T>> callback;

  private @Nullable Wait place;
  private volatile boolean disposed;

  private DoneCallback(Awaitable<T> source, Consumer<Outcome<T>> callback) {
    this.source = source;
    this.callback = callback;
  }

  /** Calls back on the loop's thread as soon as there is an outcome. Any thread. */
  static <T extends @Nullable Object> DoneCallback<T> add(
      Awaitable<T> source, Consumer<Outcome<T>> callback) {
    DoneCallback<T> added = new DoneCallback<>(source, callback);
    source.loop().inlet.runAlways(() -> added.place = source.whenDone(added::call));
    return added;
  }

  /** The same in the turn after. Any thread. */
  static <T extends @Nullable Object> DoneCallback<T> addForNextTurn(
      Awaitable<T> source, Consumer<Outcome<T>> callback) {
    DoneCallback<T> added = new DoneCallback<>(source, callback);
    Loop loop = source.loop();
    loop.inlet.runAlways(
        () ->
            added.place =
                source.whenDone(outcome -> loop.callSoonOrNow(() -> added.call(outcome))));
    return added;
  }

  private void call(Outcome<T> outcome) {
    Consumer<Outcome<T>> calling = callback;
    callback = null;
    if (calling != null && !disposed) {
      calling.accept(outcome);
    }
  }

  /** Makes sure that it is not called from now on, and not held. */
  @Override
  public void dispose() {
    if (!disposed) {
      disposed = true;
      source
          .loop()
          .inlet
          .runAlways(
              () -> {
                callback = null;
                source.forget(place);
              });
    }
  }

  @Override
  public boolean isDisposed() {
    return disposed;
  }
}
