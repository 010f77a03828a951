package dev.treadle.benchmarks.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** What is known of the contenders of one section, by their titles, in the order of the table. */
public final class Measured {
  private final String title;
  private final Map<String, List<Sample>> samples = new LinkedHashMap<>();
  private final Map<String, String> missing = new LinkedHashMap<>();

  /** Of a section with that title. */
  public Measured(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** Adds a round. */
  public void add(String contender, Sample sample) {
    samples.computeIfAbsent(contender, none -> new ArrayList<>()).add(sample);
  }

  /** Says why there is nothing of a contender; what was measured of it before does not count. */
  public void leaveOut(String contender, String reason) {
    samples.remove(contender);
    missing.put(contender, reason);
  }

  /** Who was measured. */
  public Set<String> contenders() {
    return samples.keySet();
  }

  /** Who was left out, and why. */
  public Map<String, String> missing() {
    return missing;
  }

  /** How many rounds there are at most of one contender. */
  public int rounds() {
    return samples.values().stream().mapToInt(List::size).max().orElse(0);
  }

  /** The rounds of a contender; empty when there are none. */
  public Optional<Series> series(String contender, ToDoubleFunction<Sample> figure) {
    List<Sample> rounds = samples.get(contender);
    return rounds == null
        ? Optional.empty()
        : Optional.of(Series.of(rounds.stream().map(figure::applyAsDouble).toList()));
  }
}
