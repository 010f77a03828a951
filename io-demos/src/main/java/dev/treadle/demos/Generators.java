package dev.treadle.demos;

import dev.treadle.coroutines.Coroutine;
import dev.treadle.coroutines.Generator;
import dev.treadle.coroutines.StopIteration;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** What generators and send-style coroutines are, each in a few lines. */
@Command(name = "generators", description = "Generators and coroutines, without any loop.")
final class Generators extends Helpful implements Runnable {
  private final Terminal terminal;

  Generators(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    helloWorld();
    greeting();
    runningAverage();
    yieldFrom();
    fibonacci();
  }

  private void helloWorld() {
    title("A generator yields");
    try (var words =
        Generator.<String>of(
            y -> {
              y.yield("Hello");
              y.yield("World");
            })) {
      for (String word : words) {
        terminal.println(word);
      }
    }
  }

  private void greeting() {
    title("A coroutine is sent \"World\"");
    var greeter =
        Coroutine.<@Nullable String, String, String>of(
            c -> {
              String name = c.yield("Hello, who?");
              return "Hello " + name;
            });
    terminal.println(greeter.next());
    try {
      greeter.send("World");
    } catch (StopIteration ended) {
      terminal.println(greeter.result());
    }
  }

  private void runningAverage() {
    title("A running average");
    try (var average =
        Coroutine.<@Nullable Double, Double, Void>of(
            c -> {
              double sum = 0;
              double mean = 0;
              for (int n = 1; ; n++) {
                Double sent = c.yield(mean);
                sum += sent == null ? 0 : sent;
                mean = sum / n;
              }
            })) {
      average.next();
      for (double value : List.of(10.0, 20.0, 60.0)) {
        terminal.println("sent " + value + ", average " + average.send(value));
      }
    }
  }

  private void yieldFrom() {
    title("yieldFrom: one generator in another");
    try (var countdown =
        Generator.<String>of(
            y -> {
              y.yield("ready");
              y.yieldFrom(List.of("3", "2", "1"));
              y.yieldFrom(Generator.<String>of(inner -> inner.yield("go")));
            })) {
      terminal.println(countdown.stream().collect(Collectors.joining(" ")));
    }
  }

  private void fibonacci() {
    title("Fibonacci has no end; ten are taken");
    try (var numbers =
        Generator.<BigInteger>of(
            y -> {
              BigInteger a = BigInteger.ZERO;
              BigInteger b = BigInteger.ONE;
              while (true) {
                y.yield(a);
                BigInteger next = a.add(b);
                a = b;
                b = next;
              }
            })) {
      terminal.println(
          numbers.stream().limit(10).map(BigInteger::toString).collect(Collectors.joining(" ")));
    }
  }

  private void title(String text) {
    terminal.println("# " + text);
  }
}
