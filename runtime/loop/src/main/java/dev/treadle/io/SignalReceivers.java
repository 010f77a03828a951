package dev.treadle.io;

import dev.treadle.internal.SignalHandlers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Who gets a signal, in this process: the first receiver takes it over, the last gives it back. Any
 * thread.
 */
final class SignalReceivers implements Runnable {
  private static final Map<String, SignalReceivers> TAKEN = new HashMap<>();

  private final String signal;

  /** Read without the lock by the thread that the JVM delivers on. */
  private final List<Signals> receivers = new CopyOnWriteArrayList<>();

  private final Object previous;

  private SignalReceivers(String signal) {
    this.signal = signal;
    this.previous = SignalHandlers.take(signal, this);
  }

  /**
   * Adds the receiver.
   *
   * @throws IllegalArgumentException if there is no such signal, or it is not to be had
   */
  static void add(String signal, Signals receiver) {
    synchronized (TAKEN) {
      TAKEN.computeIfAbsent(signal, SignalReceivers::new).receivers.add(receiver);
    }
  }

  /** Takes the receiver out. */
  static void remove(String signal, Signals receiver) {
    synchronized (TAKEN) {
      SignalReceivers taken = TAKEN.get(signal);
      if (taken != null && taken.receivers.remove(receiver) && taken.receivers.isEmpty()) {
        TAKEN.remove(signal);
        SignalHandlers.restore(signal, taken.previous);
      }
    }
  }

  /** Whether there is a receiver. */
  static boolean isTaken(String signal) {
    synchronized (TAKEN) {
      return TAKEN.containsKey(signal);
    }
  }

  @Override
  public void run() {
    receivers.forEach(receiver -> receiver.deliver(signal));
  }

  @Override
  public String toString() {
    return receivers.toString();
  }
}
