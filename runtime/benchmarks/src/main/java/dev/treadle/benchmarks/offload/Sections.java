package dev.treadle.benchmarks.offload;

import dev.treadle.benchmarks.io.Figure;
import dev.treadle.benchmarks.io.Limit;
import dev.treadle.benchmarks.io.Tools;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is measured, how often, and what is promised of it. */
final class Sections {
  static final List<String> NAMES =
      List.of("round-trip", "submits", "map", "argument", "cold", "primes", "latency");

  private static final String TREADLE = "Treadle";
  private static final String EXECUTOR = "ProcessPoolExecutor";
  private static final String ARCHIVED = "Treadle, with an archive of classes";
  private static final int MILLION = 1_000_000;
  private static final int BYTES = 100_000_000;

  /** What is measured together, and what is promised of it. */
  record Section(Turns turns, List<Limit> limits) {}

  private final Ours ours;
  private final Python python;
  private final @Nullable String noPython;
  private final @Nullable String noJoblib;
  private final Path archives;

  /**
   * With what is to be measured.
   *
   * @param archives an empty directory
   */
  Sections(Ours ours, Python python, Tools tools, Path archives) {
    this.archives = archives;
    this.ours = ours;
    this.python = python;
    noPython = tools.pythonMissing("concurrent.futures");
    noJoblib = tools.pythonMissing("joblib");
  }

  /** The one with that name of {@link #NAMES}. */
  Section named(String name) {
    return switch (name) {
      case "round-trip" -> roundTrip();
      case "submits" -> submits();
      case "map" -> map();
      case "argument" -> argument();
      case "cold" -> cold();
      case "primes" -> primes();
      case "latency" -> latency();
      default ->
          throw new IllegalArgumentException("no such section: section=" + name + "; use " + NAMES);
    };
  }

  private Section roundTrip() {
    List<Trial> trials =
        List.of(
            new Trial(TREADLE, ours.roundTrips(40_000), ours.roundTrips(10_000)),
            new Trial(
                "Treadle, from a thread that blocks",
                ours.roundTripsOfAThread(20_000),
                ours.roundTripsOfAThread(5_000)),
            rival(EXECUTOR, python.times("round_trip", 3_000)));
    return section(
        new Turns("Round trip of an empty call", Figure.MICROS, trials, 5),
        new Limit("round trip of an empty call", TREADLE, EXECUTOR, Figure.MICROS, 1.0 / 3));
  }

  private Section submits() {
    int calls = 10_000;
    List<Trial> trials =
        List.of(
            new Trial(TREADLE, ours.submits(calls).repeated(10), ours.submits(calls)),
            rival(EXECUTOR, python.times("submits", calls)));
    return section(
        new Turns("Single submits, 10,000 at once", Figure.PER_SECOND, trials, 5),
        new Limit("single submits", TREADLE, EXECUTOR, Figure.PER_SECOND, 5));
  }

  private Section map() {
    String pool = "multiprocessing.Pool.map";
    long sum = (long) MILLION * (MILLION - 1);
    List<Trial> trials =
        List.of(
            new Trial(TREADLE, ours.map(MILLION).repeated(12), ours.map(MILLION)),
            rival(pool, python.summing("pool_map", MILLION, MILLION, sum)),
            rival("joblib", noJoblib, python.summing("joblib_map", MILLION, MILLION, sum)));
    return section(
        new Turns("Map of a million small calls", Figure.PER_SECOND, trials, 3),
        new Limit("map of a million small calls", TREADLE, pool, Figure.PER_SECOND, 1),
        new Limit("map of a million small calls", TREADLE, "joblib", Figure.PER_SECOND, 5));
  }

  private Section argument() {
    List<Trial> trials =
        List.of(
            twice(TREADLE, ours.argument(BYTES)),
            twice("Treadle, a MemorySegment", ours.segment(BYTES)),
            rival(EXECUTOR, python.summing("argument", BYTES, 1, BYTES + 2L)));
    return section(
        new Turns("An array of 100 MB as argument", Figure.MILLIS, trials, 5),
        new Limit("a 100 MB array as argument", TREADLE, EXECUTOR, Figure.MILLIS, 0.1));
  }

  private Section cold() {
    String spawn = EXECUTOR + ", spawn";
    String title = "first result from a cold pool of two";
    List<Trial> trials =
        List.of(
            new Trial(ARCHIVED, ours.cold(archives).repeated(3), ours.cold(archives)),
            new Trial("Treadle, without an archive", ours.cold(null), ours.cold(null)),
            rival(spawn, python.once("cold spawn")),
            rival(EXECUTOR + ", forkserver", python.once("cold forkserver")),
            rival(EXECUTOR + ", fork", python.once("cold fork")));
    return section(
        new Turns("First result from a cold pool", Figure.MILLIS, trials, 7),
        new Limit(title, ARCHIVED, spawn, Figure.MILLIS_AT_MOST, 130),
        new Limit(title, ARCHIVED, spawn, Figure.MILLIS, 2.5));
  }

  private Section primes() {
    String alone = "the same without a pool";
    int times = 30;
    List<Trial> trials =
        List.of(
            // Each worker compiles for itself, and what gives out the steps is compiled meanwhile.
            new Trial(TREADLE, ours.primes(times).repeated(8), ours.primes(times)),
            new Trial(
                "Treadle's ThreadPool",
                ours.primesInThreads(times).repeated(8),
                ours.primesInThreads(times)),
            twice(alone, ours.primesAlone(times)),
            rival(EXECUTOR, python.times("primes", 2)),
            rival("CPython without a pool", python.times("primes_alone", 1)));
    return section(
        new Turns("Six numbers tested for primes", Figure.MILLIS, trials, 5),
        new Limit("primes, in workers", TREADLE, alone, Figure.SPEED_UP, 1.8));
  }

  private Section latency() {
    String asyncio = "asyncio with a " + EXECUTOR;
    int millis = 2_500;
    List<Trial> trials =
        List.of(
            new Trial(TREADLE, ours.latency(1_000, true), ours.latency(millis, true)),
            new Trial(
                "Treadle, workers idle", ours.latency(500, false), ours.latency(millis, false)),
            new Trial(
                asyncio, python.waits("latency", 500), python.waits("latency", millis), noPython));
    return section(
        new Turns(
            "How late a sleep of 1 ms ends while workers are busy, p99", Figure.P99, trials, 3),
        new Limit(
            "a 1 ms sleep on the loop, late by, p99", TREADLE, asyncio, Figure.P99_AT_MOST, 2_000));
  }

  private static Section section(Turns turns, Limit... limits) {
    return new Section(turns, List.of(limits));
  }

  private static Trial twice(String title, Trial.Round round) {
    return new Trial(title, round, round);
  }

  private Trial rival(String title, Trial.Round round) {
    return rival(title, noPython, round);
  }

  private static Trial rival(String title, @Nullable String missing, Trial.Round round) {
    return new Trial(title, round, round, missing);
  }
}
