package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.run;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.CancelScope;
import dev.treadle.ChildJvm;
import dev.treadle.Loop;
import dev.treadle.Treadle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Standard input in JVMs of their own; this one's is the test runner's. */
@ExtendWith(Leaks.class)
@Timeout(120)
class StdioTest {
  @Test
  void shouldReadLinesAndWriteThemUntilTheEndOfInput() throws Exception {
    try (ChildJvm jvm = ChildJvm.start(Upper.class)) {
      jvm.type("grüße");
      jvm.awaitLine("GRÜSSE");
      jvm.type("again");
      jvm.awaitLine("AGAIN");
      jvm.closeInput();
      assertThat(jvm.awaitExit()).isZero();
      assertThat(jvm.output()).containsSubsequence("GRÜSSE", "AGAIN", "end");
    }
  }

  static final class Upper {
    public static void main(String[] args) {
      run(
          () -> {
            for (String line : Stdio.in().lines()) {
              Stdio.out().write(line.toUpperCase(java.util.Locale.ROOT) + "\n");
            }
            Stdio.err().write("end\n");
          });
    }
  }

  @Test
  void shouldEndTheProgramWhileAReadIsPending() throws Exception {
    try (ChildJvm jvm = ChildJvm.start(Impatient.class)) {
      jvm.awaitLine("late");
      // Nothing was typed, and the input is still open.
      assertThat(jvm.awaitExit()).isZero();
      assertThat(jvm.output()).contains("ended");
    }
  }

  static final class Impatient {
    public static void main(String[] args) {
      run(
          () -> {
            if (!Treadle.moveOnAfter(
                Duration.ofMillis(1),
                () -> {
                  Stdio.in().readLine();
                })) {
              System.out.println("late");
            }
          });
      System.out.println("ended");
    }
  }

  @Test
  void shouldGiveWhatACancelledReadBroughtToTheNextReaderAndTheNextLoop() throws Exception {
    try (ChildJvm jvm = ChildJvm.start(Patient.class)) {
      jvm.awaitLine("cancelled");
      jvm.type("one");
      jvm.awaitLine("got one");
      jvm.type("two\nthree");
      jvm.awaitLine("got two");
      jvm.awaitLine("next loop");
      jvm.awaitLine("got three");
      jvm.type("four");
      jvm.awaitLine("got four");
      assertThat(jvm.awaitExit()).isZero();
    }
  }

  static final class Patient {
    public static void main(String[] args) {
      run(
          () -> {
            CancelScope scope = new CancelScope();
            var reader = spawn(() -> scope.run(() -> Stdio.in().readLine()));
            yieldNow();
            scope.cancel();
            await(reader);
            System.out.println("cancelled");
            System.out.println("got " + Stdio.in().readLine());
            System.out.println("got " + Stdio.in().readLine());
          });
      System.out.println("next loop");
      run(
          () -> {
            System.out.println("got " + Stdio.in().readLine());
            System.out.println("got " + Stdio.in().readLine());
          });
    }
  }

  @Test
  void shouldBeOneReaderForALoopAndRefuseASecondLoop() {
    run(
        () -> {
          StreamReader reader = Stdio.in();
          assertThat(Stdio.in()).isSameAs(reader);
          try (Loop other = Loop.start("other")) {
            var refused = other.submit(() -> Stdio.in());
            assertThatIllegalStateException()
                .isThrownBy(() -> await(refused))
                .withMessage(
                    "stdin is another loop's: loop=other reader=loop; read it there and hand on"
                        + " what it reads");
          }
        });
  }

  @Test
  void shouldWriteToWhatSystemOutIsWithoutBlockingTheLoop() {
    PrintStream original = System.out;
    Held held = new Held();
    System.setOut(new PrintStream(held, true));
    try {
      run(
          () -> {
            var writer = spawn(() -> Stdio.out().write("text"));
            while (held.entered.getCount() > 0) {
              yieldNow();
            }
            assertThat(writer.isDone()).isFalse();
            held.release.countDown();
            await(writer);
            assertThat(held.written.toString(StandardCharsets.UTF_8)).isEqualTo("text");
          });
    } finally {
      System.setOut(original);
    }
  }

  /** Blocks until told otherwise. */
  private static final class Held extends OutputStream {
    final CountDownLatch entered = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);
    final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @Override
    public void write(int b) {
      entered.countDown();
      try {
        release.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      written.write(b);
    }
  }

  @Test
  void shouldFailAWriteThatNobodyReads() {
    PrintStream original = System.err;
    System.setErr(
        new PrintStream(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("broken pipe");
              }
            }));
    try {
      run(
          () ->
              assertThatExceptionOfType(UncheckedIOException.class)
                  .isThrownBy(() -> Stdio.err().write("text"))
                  .withMessage(
                      "write() failed: stream=stderr cause=stderr is closed, or nobody reads it any"
                          + " more"));
    } finally {
      System.setErr(original);
    }
  }
}
