package dev.treadle.offload.process;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.awaitUntil;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.on;
import static dev.treadle.Treadle.select;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.offload.process.RemoteQueueTest.awaitGone;
import static dev.treadle.offload.process.RemoteQueueTest.awaitText;
import static dev.treadle.offload.process.RemoteQueueTest.onThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.Loop;
import dev.treadle.Until;
import dev.treadle.offload.NotSendableException;
import dev.treadle.offload.internal.Codec;
import dev.treadle.offload.internal.Segments;
import dev.treadle.queue.QueueClosedException;
import dev.treadle.testing.TestClock;
import dev.treadle.testing.TreadleTest;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PipeTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TreadleTest(clock = TestClock.REAL)
  void shouldTalkBothWaysWithinAProcess() {
    try (Pipe<String> pipe = Pipe.open()) {
      var shout =
          spawn(
              () -> {
                for (String line : pipe.right()) {
                  pipe.right().send(line + "!");
                }
                pipe.right().close();
              });
      pipe.left().send("a");
      pipe.left().send("b");
      assertThat(pipe.left().receive()).isEqualTo("a!");
      assertThat(pipe.left().receive()).isEqualTo("b!");
      pipe.left().closeOutput();
      assertThatExceptionOfType(QueueClosedException.class)
          .isThrownBy(() -> pipe.left().send("c"))
          .withMessageContaining("its output is closed");
      assertThat(pipe.left().receive()).isNull();
      await(shout);
      assertThatExceptionOfType(PeerLostException.class)
          .isThrownBy(() -> pipe.left().send("c"))
          .withMessageContaining("the other end is closed");
    }
  }

  @Test
  void shouldKeepTheBoundsOfMessages() throws Exception {
    // _TestConnection.test_sendbytes and _TestPoll.test_boundaries, at a far end.
    try (Pipe<byte[]> pipe = Pipe.open()) {
      PipeEnd<byte[]> far = Remotes.of(pipe.right());
      int[] sizes = {0, 1, 100, 16 << 10, 5 << 20, 3};
      var echo =
          onThread(
              () -> {
                for (byte[] message : far) {
                  far.send(message);
                }
                far.close();
                return true;
              });
      for (int size : sizes) {
        byte[] message = new byte[size];
        Arrays.fill(message, (byte) size);
        pipe.left().send(message);
      }
      pipe.left().closeOutput();
      for (int size : sizes) {
        assertThat(pipe.left().receive())
            .hasSize(size)
            .containsOnly(size == 0 ? new byte[0] : new byte[] {(byte) size});
      }
      assertThat(pipe.left().receive()).isNull();
      assertThat(echo.join()).isTrue();
    }
  }

  @Test
  void shouldCarryManyMessagesToAFarEnd() throws Exception {
    try (Pipe<Integer> pipe = Pipe.open()) {
      PipeEnd<Integer> far = Remotes.of(pipe.right());
      var sent =
          onThread(
              () -> {
                for (int i = 0; i < 20_000; i++) {
                  far.send(i);
                }
                far.closeOutput();
                return true;
              });
      assertThat(pipe.left())
          .containsExactlyElementsOf(IntStream.range(0, 20_000).boxed().toList());
      assertThat(sent.join()).isTrue();
      var there =
          onThread(
              () -> {
                for (int i = 0; i < 20_000; i++) {
                  pipe.left().send(i);
                }
                pipe.left().closeOutput();
                return true;
              });
      assertThat(far).containsExactlyElementsOf(IntStream.range(0, 20_000).boxed().toList());
      assertThat(there.join()).isTrue();
    }
  }

  @Test
  void shouldPollWithoutTaking() throws Exception {
    try (Pipe<String> pipe = Pipe.open()) {
      PipeEnd<String> far = Remotes.of(pipe.right());
      for (PipeEnd<String> end : List.of(far, pipe.left())) {
        PipeEnd<String> other = end == far ? pipe.left() : far;
        assertThat(end.poll(Duration.ZERO)).isFalse();
        assertThat(end.poll(Duration.ofMillis(1))).isFalse();
        other.send("x");
        assertThat(end.poll(LONG)).isTrue();
        assertThat(end.poll(Duration.ZERO)).isTrue();
        assertThat(end.receive()).isEqualTo("x");
        assertThat(end.poll(Duration.ZERO)).isFalse();
      }
      pipe.left().close();
      assertThat(far.poll(LONG)).isTrue();
      assertThat(far.receive()).isNull();
    }
  }

  @Test
  void shouldSeeTheEndWhenTheFarEndIsClosed() throws Exception {
    try (Pipe<String> pipe = Pipe.open()) {
      PipeEnd<String> far = Remotes.of(pipe.right());
      far.send("last words");
      far.close();
      far.close();
      assertThat(pipe.left().receive()).isEqualTo("last words");
      assertThat(pipe.left().receive()).isNull();
      assertThatExceptionOfType(PeerLostException.class)
          .isThrownBy(() -> pipe.left().send("too late"))
          .withMessageContaining("send() failed: end=PipeEnd[first end of Pipe ")
          .withMessageContaining("the other end is closed, or its process has ended");
      assertThatIllegalStateException().isThrownBy(() -> far.send("mine is closed"));
    }
  }

  @Test
  void shouldFailTheFarSendWhenTheHomeEndIsClosed() throws Exception {
    try (Loop loop = Loop.start("home")) {
      Pipe<String> pipe = await(loop.submit(() -> Pipe.<String>open()));
      PipeEnd<String> far = Remotes.of(pipe.right());
      var received = onThread(far::receive);
      pipe.left().send("a");
      assertThat(received.join()).isEqualTo("a");
      pipe.close();
      assertThat(far.receive()).isNull();
      assertThatExceptionOfType(PeerLostException.class).isThrownBy(() -> far.send("b"));
      // Nobody needs it any more.
      awaitGone(Path.of(pipe.left().handle().socket()).getParent());
    }
  }

  @Test
  void shouldFailBothEndsWhenTheHomeIsGone() throws Exception {
    Loop loop = Loop.start("home");
    Pipe<String> pipe = await(loop.submit(() -> Pipe.<String>open()));
    PipeEnd<String> far = Remotes.of(pipe.right());
    var receiving = onThread(far::receive);
    far.send("so it is connected");
    assertThat(pipe.left().receive()).isEqualTo("so it is connected");
    loop.close();
    assertThat(receiving)
        .failsWithin(LONG)
        .withThrowableThat()
        .withCauseInstanceOf(PeerLostException.class);
    assertThatExceptionOfType(PeerLostException.class).isThrownBy(() -> far.send("x"));
    assertThatExceptionOfType(PeerLostException.class).isThrownBy(() -> pipe.left().send("x"));
  }

  @Test
  void shouldBelongToTheFirstThatUsesIt() throws Exception {
    try (Pipe<String> pipe = Pipe.open()) {
      PipeEnd<String> far = Remotes.of(pipe.right());
      far.send("mine");
      assertThat(pipe.left().receive()).isEqualTo("mine");
      PipeEnd<String> second = Remotes.of(pipe.right());
      assertThatExceptionOfType(PeerLostException.class)
          .isThrownBy(second::receive)
          .withMessageContaining("is used by another process already");
      pipe.left().send("yours");
      assertThat(far.receive()).isEqualTo("yours");
    }
  }

  @Test
  void shouldBeOfNoUseHereOnceItIsSent() throws Exception {
    try (Pipe<String> pipe = Pipe.open()) {
      var encoded = Codec.encode(pipe.right(), Segments.none());
      assertThatIllegalStateException()
          .isThrownBy(() -> pipe.right().send("x"))
          .withMessageContaining("it belongs to the process it was sent to: use the other end");
      pipe.right().close();
      PipeEnd<?> arrived =
          (PipeEnd<?>)
              Codec.decode(
                  ByteBuffer.wrap(encoded.bytes(), 13, encoded.length()),
                  Segments.none(),
                  Codec.defaultFilter());
      pipe.left().send("back in the same process");
      assertThat(arrived).isNotNull();
      assertThat(arrived.receive()).isEqualTo("back in the same process");
    }
  }

  @Test
  void shouldFailOnlyTheSendOfWhatCannotBeSent() {
    try (Pipe<Object> pipe = Pipe.open()) {
      assertThatExceptionOfType(NotSendableException.class)
          .isThrownBy(() -> pipe.left().send(new Object()));
      pipe.left().send("good");
      assertThat(pipe.right().receive()).isEqualTo("good");
    }
  }

  @Test
  void shouldHoldUpWhoSendsMoreThanIsReceived() throws Exception {
    try (Pipe<Integer> pipe = Pipe.open()) {
      for (int i = 0; i < Pipe.CAPACITY; i++) {
        pipe.left().send(i);
      }
      var one =
          onThread(
              () -> {
                pipe.left().send(-1);
                return true;
              });
      awaitText(pipe.left(), "putters=1");
      assertThat(one).isNotDone();
      assertThat(pipe.right().receive()).isZero();
      assertThat(one.join()).isTrue();
    }
  }

  @TreadleTest(clock = TestClock.REAL)
  void shouldWaitForSeveralAtOnce() {
    // TestWait.test_wait: nothing is taken by waiting, and what is ready is told.
    try (Pipe<String> one = Pipe.open();
        Pipe<String> two = Pipe.open()) {
      PipeEnd<String> far = Remotes.of(two.right());
      var first = one.left().readable();
      var second = two.left().readable();
      assertThat(
              moveOnAfter(
                  Duration.ofMillis(1),
                  () -> {
                    awaitUntil(Until.FIRST_COMPLETED, List.of(first, second));
                  }))
          .isFalse();
      far.send("x");
      assertThat(awaitUntil(Until.FIRST_COMPLETED, List.of(first, second)).done())
          .containsExactly(second);
      String got =
          select(
              on(
                  one.left().readable(),
                  ready -> {
                    return "first";
                  }),
              on(
                  two.left().readable(),
                  ready -> {
                    return two.left().receive();
                  }));
      assertThat(got).isEqualTo("x");
      far.close();
      assertThat(await(two.left().readable())).isTrue();
      assertThat(two.left().receive()).isNull();
    }
  }
}
