package dev.treadle.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChunkTest {
  static List<List<@Nullable Object>> values() {
    return List.of(
        List.of(1L, 2L),
        List.of(1, 2),
        List.of(1.5, Double.NaN),
        List.of(true, false),
        List.of(1L, 2),
        Arrays.asList(null, 2L),
        Arrays.asList(2L, null),
        List.of("a", BigInteger.TEN),
        List.of());
  }

  @ParameterizedTest
  @MethodSource("values")
  void shouldGiveBackWhatWasPacked(List<@Nullable Object> values) {
    Object packed = Chunk.pack(values.toArray(), values.size());
    List<@Nullable Object> unpacked = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      unpacked.add(Chunk.get(packed, i));
    }
    assertThat(unpacked).isEqualTo(values);
  }

  @Test
  void shouldPackBoxedNumbersAsPrimitives() {
    assertThat(Chunk.pack(new @Nullable Object[] {1L, 2L, "no more"}, 2))
        .isEqualTo(new long[] {1, 2});
    assertThat(Chunk.pack(new @Nullable Object[] {1, 2}, 1)).isEqualTo(new int[] {1});
    assertThat(Chunk.pack(new @Nullable Object[] {1.0}, 1)).isEqualTo(new double[] {1});
    assertThat(Chunk.pack(new @Nullable Object[] {true}, 1)).isEqualTo(new boolean[] {true});
    assertThat(Chunk.pack(new @Nullable Object[] {"a", "b"}, 1)).isEqualTo(new Object[] {"a"});
  }

  @Test
  void shouldStopAtTheFirstFailure() throws Exception {
    Object[] answer = Chunk.<Integer, Integer>job(n -> 6 / n, new int[] {1, 0, 2}, false).call();
    Object[] results = (Object[]) answer[0];
    assertThat(results).hasSize(2);
    assertThat(results[0]).isEqualTo(6);
    assertThat(((StepFailure) results[1]).failure()).isInstanceOf(ArithmeticException.class);
    assertThat((Long) answer[1]).isNotNegative();
  }

  @Test
  void shouldGoOnAfterAFailureWhenItCollects() throws Exception {
    Object[] answer = Chunk.<Integer, Integer>job(n -> 6 / n, new int[] {1, 0, 2}, true).call();
    Object[] results = (Object[]) answer[0];
    assertThat(results).hasSize(3);
    assertThat(results[2]).isEqualTo(3);
  }

  @Test
  void shouldStopBetweenStepsWhenInterrupted() {
    List<Integer> begun = new ArrayList<>();
    Job<Object[]> job =
        Chunk.<Integer, Integer>job(
            n -> {
              begun.add(n);
              Thread.currentThread().interrupt();
              return n;
            },
            new int[] {1, 2, 3},
            true);
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(job::call);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(begun).containsExactly(1);
  }

  @Test
  void shouldNotTakeTheEndOfMemoryForAFailureOfOneStep() {
    Job<Object[]> job =
        Chunk.<Integer, Integer>job(
            n -> {
              throw new OutOfMemoryError("pretended");
            },
            new int[] {1},
            true);
    assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(job::call);
  }

  @Test
  void shouldBringBackAFailureAsItself() throws Exception {
    Throwable back = sent(new IllegalStateException("broken", new IOException("cause")));
    assertThat(back)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("broken")
        .hasCauseInstanceOf(IOException.class);
    assertThat(back.getStackTrace())
        .extracting(StackTraceElement::getMethodName)
        .contains("shouldBringBackAFailureAsItself");
  }

  @Test
  void shouldBringBackAFailureThatCannotBeSentAsText() throws Exception {
    Throwable back = sent(new Unsendable("not that way", new IOException("cause")));
    assertThat(back)
        .isInstanceOfSatisfying(
            RemoteFailureException.class,
            text -> assertThat(text.typeName()).isEqualTo(Unsendable.class.getName()))
        .hasMessage(Unsendable.class.getName() + ": not that way");
    assertThat(back.getStackTrace())
        .extracting(StackTraceElement::getMethodName)
        .contains("shouldBringBackAFailureThatCannotBeSentAsText");
    assertThat(back.getCause())
        .isInstanceOf(RemoteFailureException.class)
        .hasMessage("java.io.IOException: cause");
  }

  @Test
  void shouldBringBackAFailureThatCannotBeReadAsText() throws Exception {
    assertThat(sent(new Unreadable()))
        .isInstanceOf(RemoteFailureException.class)
        .hasMessage(Unreadable.class.getName() + ": cannot be read");
  }

  private static Throwable sent(Throwable failure) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(new StepFailure(failure));
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return ((StepFailure) in.readObject()).failure();
    }
  }

  private static final class Unsendable extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    @SuppressWarnings({"serial", "unused"}) // On purpose.
    private final Object thread = Thread.currentThread();

    Unsendable(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private static final class Unreadable extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    Unreadable() {
      super("cannot be read");
    }

    @Serial
    private void readObject(ObjectInputStream in) throws IOException {
      throw new IOException("as it says");
    }
  }
}
