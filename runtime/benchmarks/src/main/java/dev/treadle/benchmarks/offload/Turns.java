package dev.treadle.benchmarks.offload;

import dev.treadle.benchmarks.io.Figure;
import dev.treadle.benchmarks.io.Measured;
import dev.treadle.benchmarks.io.Progress;
import dev.treadle.benchmarks.io.Sample;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ways to do the same, measured in turns: one round of each, then the next, so that whatever slows
 * the machine for a while slows them all.
 *
 * @param title what the table calls it
 * @param figure what the table shows of each
 * @param trials what is measured
 * @param rounds how often each
 */
record Turns(String title, Figure figure, List<Trial> trials, int rounds) {
  /** Measures until the rounds are done or time is up; who fails is left out. */
  Measured measure(Progress progress) throws InterruptedException {
    Measured measured = new Measured(title);
    List<Trial> going = new ArrayList<>(trials);
    for (Trial trial : trials) {
      if (trial.missing() != null) {
        measured.leaveOut(trial.title(), trial.missing());
        going.remove(trial);
      } else {
        progress.say(title + ": warming up " + trial.title());
        round(trial, trial.warm(), going, measured, progress);
      }
    }
    for (int round = 1; round <= rounds && !progress.isTimeUp(); round++) {
      progress.say(title + ": round " + round + " of " + rounds);
      for (Trial trial : List.copyOf(going)) {
        Sample sample = round(trial, trial.measure(), going, measured, progress);
        if (sample != null) {
          measured.add(trial.title(), sample);
          progress.say("  " + trial.title() + ": " + figure.text(sample));
        }
      }
    }
    return measured;
  }

  private static @Nullable Sample round(
      Trial trial, Trial.Round round, List<Trial> going, Measured measured, Progress progress)
      throws InterruptedException {
    try {
      return round.measure();
    } catch (InterruptedException interrupted) {
      throw interrupted;
    } catch (Exception failure) {
      going.remove(trial);
      measured.leaveOut(trial.title(), "failed");
      progress.say("  " + trial.title() + " failed: " + failure);
      return null;
    }
  }
}
