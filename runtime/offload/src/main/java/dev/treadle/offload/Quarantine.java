package dev.treadle.offload;

import dev.treadle.offload.internal.Encoded;
import dev.treadle.offload.internal.Frames;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The steps that have crashed workers: the same code with the same captured values is the same
 * step, whoever submits it. Costs nothing while nothing has crashed. On the loop's thread.
 */
final class Quarantine {
  /** The oldest is forgotten. */
  private static final int MOST_STEPS = 256;

  /** Of larger ones only the beginning is looked at. */
  private static final int MOST_BYTES = 64 * 1024;

  private final int limit;
  private final Map<Step, Crashes> steps = new LinkedHashMap<>();

  Quarantine(int limit) {
    this.limit = limit;
  }

  /** Notes a crash; true when the step is not to be tried again. */
  boolean crashed(Encoded encoded, WorkerCrashedException crash) {
    Crashes crashes = steps.computeIfAbsent(new Step(encoded), step -> new Crashes());
    crashes.count++;
    crashes.last = crash;
    if (steps.size() > MOST_STEPS) {
      Iterator<Step> oldest = steps.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
    return crashes.count >= limit;
  }

  /** The step's last crash when it is not to be tried again, else null. */
  @Nullable WorkerCrashedException refusal(Encoded encoded) {
    if (steps.isEmpty()) {
      return null;
    }
    Crashes crashes = steps.get(new Step(encoded));
    return crashes == null || crashes.count < limit ? null : crashes.last;
  }

  /** A step has been done: what it did before was not its own fault. */
  void succeeded(Encoded encoded) {
    if (!steps.isEmpty()) {
      steps.remove(new Step(encoded));
    }
  }

  void forgive() {
    steps.clear();
  }

  private static final class Crashes {
    private int count;
    private @Nullable WorkerCrashedException last;
  }

  private static final class Step {
    private final byte[] bytes;
    private final int length;
    private final int hash;

    Step(Encoded encoded) {
      length = encoded.length();
      int most = Math.min(length, MOST_BYTES);
      bytes = Arrays.copyOfRange(encoded.bytes(), Frames.HEADER, Frames.HEADER + most);
      hash = Arrays.hashCode(bytes);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Step step
          && length == step.length
          && hash == step.hash
          && Arrays.equals(bytes, step.bytes);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }
}
