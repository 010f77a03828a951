package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.io.Feeder.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.Loop;
import dev.treadle.Virtually;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StreamReaderTest {
  @Test
  void shouldGiveWhatIsThereAndTakeNoTurn() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          List<String> order = new ArrayList<>();
          feeder.feed("abc\ndef\nxyz");
          spawn(() -> order.add("other"));
          order.add(text(feeder.reader.read(2)));
          order.add(String.valueOf(feeder.reader.readLine()));
          order.add(text(feeder.reader.readUntil(new byte[] {'\n'}, 9)));
          order.add(text(feeder.reader.readExactly(1)));
          order.add(String.valueOf(feeder.reader.read(ByteBuffer.allocate(1))));
          ByteBuf last = Objects.requireNonNull(feeder.reader.readBuffer());
          order.add(String.valueOf(last.readableBytes()));
          last.release();
          yieldNow();
          assertThat(order).containsExactly("ab", "c", "def\n", "x", "1", "1", "other");
        });
  }

  @Test
  void shouldWaitForTheFirstByteAndGiveAtMostWhatIsAskedFor() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          var read = spawn(() -> text(feeder.reader.read(3)));
          Virtually.turns(2);
          assertThat(read.toString()).contains("suspended on read fed");
          feeder.feed("abcde");
          assertThat(await(read)).isEqualTo("abc");
          assertThat(feeder.reader.buffered()).isEqualTo(2);
          assertThat(text(feeder.reader.read(100))).isEqualTo("de");
        });
  }

  @Test
  void shouldGiveNothingAtTheEndAgainAndAgain() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          feeder.feed("a");
          feeder.reader.end();
          assertThat(feeder.reader.isAtEnd()).isFalse();
          assertThat(text(feeder.reader.read(9))).isEqualTo("a");
          assertThat(feeder.reader.isAtEnd()).isTrue();
          for (int n = 0; n < 2; n++) {
            assertThat(feeder.reader.read(9)).isNull();
            assertThat(feeder.reader.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(feeder.reader.readBuffer()).isNull();
            assertThat(feeder.reader.readLine()).isNull();
            assertThat(feeder.reader.readAll(0)).isEmpty();
            assertThat(feeder.reader.readExactly(0)).isEmpty();
          }
          assertThat(feeder.reader).hasToString("StreamReader[fed buffered=0 ended]");
        });
  }

  @Test
  void shouldWakeWhoWaitsWhenTheEndComes() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          var read = spawn(() -> feeder.reader.read(3) == null);
          yieldNow();
          feeder.reader.end();
          assertThat(await(read)).isTrue();
        });
  }

  @Test
  void shouldFillABufferAsFarAsThereIsSomething() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          feeder.feed("ab");
          feeder.feed("x".repeat(600));
          ByteBuffer into = ByteBuffer.allocate(10);
          into.position(1).limit(4);
          assertThat(feeder.reader.read(into)).isEqualTo(3);
          assertThat(into.position()).isEqualTo(4);
          assertThat(text(into.array())).startsWith("\0abx\0");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> feeder.reader.read(into))
              .withMessageStartingWith("read() into a full buffer: buffer=");
          ByteBuffer rest = ByteBuffer.allocateDirect(1000);
          assertThat(feeder.reader.read(rest)).isEqualTo(599);
        });
  }

  @Test
  void shouldGiveTheVeryBufferThatCame() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          ByteBuf first = feeder.feed("a".repeat(1000));
          ByteBuf second = feeder.feed("b".repeat(1000));
          assertThat(feeder.reader.readBuffer()).isSameAs(first);
          assertThat(first.refCnt()).isEqualTo(1);
          first.release();
          assertThat(feeder.reader.readExactly(10)).hasSize(10);
          assertThat(feeder.reader.readBuffer()).isSameAs(second);
          assertThat(second.readableBytes()).isEqualTo(990);
          second.release();
        });
  }

  @Test
  void shouldReadExactlyAcrossChunksAndReleaseThem() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          List<ByteBuf> fed = new ArrayList<>();
          var read = spawn(() -> text(feeder.reader.readExactly(1500)));
          yieldNow();
          for (int n = 0; n < 3; n++) {
            assertThat(read.toString()).contains("suspended on readExactly fed");
            fed.add(feeder.feed(String.valueOf(n).repeat(600)));
          }
          assertThat(await(read)).isEqualTo("0".repeat(600) + "1".repeat(600) + "2".repeat(300));
          assertThat(fed).extracting(ByteBuf::refCnt).containsExactly(0, 0, 1);
          assertThat(text(feeder.reader.readExactly(300))).isEqualTo("2".repeat(300));
          assertThat(fed.get(2).refCnt()).isZero();
        });
  }

  @Test
  void shouldTellWhatCameWhenTheEndIsTooEarly() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          var read = spawn(() -> feeder.reader.readExactly(4));
          yieldNow();
          feeder.feed("abc");
          feeder.reader.end();
          assertThatExceptionOfType(IncompleteReadException.class)
              .isThrownBy(() -> await(read))
              .withMessage(
                  "stream ended too early: stream=fed got=3 expected=4; what came is in partial()")
              .satisfies(
                  failure -> {
                    assertThat(text(failure.partial())).isEqualTo("abc");
                    assertThat(failure.expected()).isEqualTo(4);
                  });
          assertThat(feeder.reader.isAtEnd()).isTrue();
        });
  }

  @Test
  void shouldFindASeparatorThatIsSplitAnywhere() {
    Virtually.run(
        () -> {
          String text = "aaabaab--aabaaabc!";
          byte[] separator = "aabaaabc".getBytes(UTF_8);
          for (int cut = 0; cut <= text.length(); cut++) {
            Feeder feeder = new Feeder();
            feeder.feed(text.substring(0, cut));
            var read = spawn(() -> text(feeder.reader.readUntil(separator, 100)));
            yieldNow();
            feeder.feedSingly(text.substring(cut));
            assertThat(await(read)).isEqualTo("aaabaab--aabaaabc");
            assertThat(feeder.reader.buffered()).isEqualTo(1);
          }
        });
  }

  @Test
  void shouldTellWhatCameWhenTheEndComesBeforeTheSeparator() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          feeder.feed("abc\r");
          feeder.reader.end();
          assertThatExceptionOfType(IncompleteReadException.class)
              .isThrownBy(() -> feeder.reader.readUntil("\r\n".getBytes(UTF_8), 9))
              .withMessageContaining(" expected=a separator;")
              .satisfies(
                  failure -> {
                    assertThat(text(failure.partial())).isEqualTo("abc\r");
                    assertThat(failure.expected()).isEqualTo(-1);
                  });
        });
  }

  @Test
  void shouldLeaveAllWhereItIsWhenTheLimitIsPassed() {
    Virtually.run(
        () -> {
          byte[] separator = "\r\n".getBytes(UTF_8);
          for (int cut = 0; cut <= 7; cut++) {
            Feeder feeder = new Feeder();
            String text = "abcde\r\n";
            feeder.feed(text.substring(0, cut));
            var tooLong = spawn(() -> feeder.reader.readUntil(separator, 4));
            yieldNow();
            feeder.feedSingly(text.substring(cut));
            assertThatExceptionOfType(LimitExceededException.class)
                .isThrownBy(() -> await(tooLong))
                .withMessageStartingWith("readUntil() over its limit: stream=fed limit=4; ")
                .satisfies(failure -> assertThat(failure.limit()).isEqualTo(4));
            assertThatExceptionOfType(LimitExceededException.class)
                .isThrownBy(() -> feeder.reader.readLine(4));
            assertThat(feeder.reader.readLine(5)).isEqualTo("abcde");
            assertThat(feeder.reader.buffered()).isZero();
          }
        });
  }

  @Test
  void shouldNotWaitForTheSeparatorOnceTheLimitIsPassed() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          var line = spawn(() -> feeder.reader.readLine(3));
          yieldNow();
          feeder.feed("abc\r");
          Virtually.turns(2);
          assertThat(line.isDone()).as("the end of the line may be under way").isFalse();
          feeder.feed("d");
          assertThatExceptionOfType(LimitExceededException.class).isThrownBy(() -> await(line));
          assertThat(text(feeder.reader.readExactly(5))).isEqualTo("abc\rd");
        });
  }

  @Test
  void shouldReadLinesByEitherEndAndTheLastWithout() {
    Virtually.run(
        () -> {
          for (boolean singly : new boolean[] {true, false}) {
            Feeder feeder = new Feeder();
            String text = "one\r\n\ntwo\rx\n\r\nGr\u00c3\u00bc\u00c3\u009fe\n\u00ff\nlast";
            if (singly) {
              feeder.feedSingly(text);
            } else {
              feeder.feed(text);
            }
            feeder.reader.end();
            assertThat(feeder.reader.lines())
                .containsExactly("one", "", "two\rx", "", "Grüße", "\ufffd", "last");
          }
        });
  }

  @Test
  void shouldGoOnWhereALoopOverLinesWasLeft() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          feeder.feed("a\nb\n");
          feeder.reader.end();
          for (String line : feeder.reader.lines()) {
            assertThat(line).isEqualTo("a");
            break;
          }
          assertThat(feeder.reader.lines()).containsExactly("b");
        });
  }

  @Test
  void shouldHaveALimitForALineWithoutOne() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          feeder.feed("x".repeat(1 << 16) + "\n");
          assertThat(feeder.reader.readLine()).hasSize(1 << 16);
          feeder.feed("x".repeat((1 << 16) + 1) + "\n");
          assertThatExceptionOfType(LimitExceededException.class)
              .isThrownBy(feeder.reader::readLine);
        });
  }

  @Test
  void shouldReadAllUpToTheLimit() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          var all = spawn(() -> text(feeder.reader.readAll(6)));
          yieldNow();
          feeder.feed("abc");
          feeder.feed("def");
          Virtually.turns(2);
          assertThat(all.isDone()).isFalse();
          feeder.reader.end();
          assertThat(await(all)).isEqualTo("abcdef");

          Feeder more = new Feeder();
          more.feed("abcdefg");
          assertThatExceptionOfType(LimitExceededException.class)
              .isThrownBy(() -> more.reader.readAll(6))
              .withMessageStartingWith("readAll() over its limit: stream=fed limit=6; ");
          assertThat(more.reader.buffered()).isEqualTo(7);
        });
  }

  @Test
  void shouldRefuseASecondReaderAndNameTheFirst() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          var first = spawn("first", () -> text(feeder.reader.read(1)));
          yieldNow();
          assertThatIllegalStateException()
              .isThrownBy(() -> feeder.reader.readLine())
              .withMessage(
                  "readLine() while another task reads: stream=fed reader=task 'first' task='main';"
                      + " let one task read and hand on what it reads");
          feeder.feed("ab");
          assertThatIllegalStateException()
              .as("before the first has run")
              .isThrownBy(() -> feeder.reader.read(1));
          assertThat(await(first)).isEqualTo("a");
          assertThat(text(feeder.reader.read(1))).isEqualTo("b");
        });
  }

  @Test
  void shouldLoseNothingWhenAReadIsCancelled() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          feeder.feed("ab");
          var waits = spawn(() -> feeder.reader.readExactly(5));
          yieldNow();
          feeder.feed("c");
          waits.cancel();
          yieldNow();
          assertThat(waits.isCancelled()).isTrue();
          var line = spawn(() -> feeder.reader.readLine());
          yieldNow();
          feeder.feed("d");
          line.cancel();
          yieldNow();
          assertThat(line.isCancelled()).isTrue();
          feeder.feed("e\n");
          assertThat(feeder.reader.readLine()).isEqualTo("abcde");
        });
  }

  @Test
  void shouldGiveWhatItWasWokenForAlsoWhenCancelledThen() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          AtomicReference<String> got = new AtomicReference<>();
          var read =
              spawn(
                  () -> {
                    got.set(String.valueOf(feeder.reader.readLine()));
                    yieldNow();
                  });
          yieldNow();
          feeder.feed("line\nmore");
          read.cancel();
          yieldNow();
          yieldNow();
          assertThat(got.get()).isEqualTo("line");
          assertThat(read.isCancelled()).isTrue();
          assertThat(feeder.reader.buffered()).isEqualTo(4);
        });
  }

  @Test
  void shouldConsumeNothingInACancelledScope() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          feeder.feed("ab");
          var read =
              spawn(
                  () -> {
                    Loopback.cancelThisTask();
                    feeder.reader.read(1);
                  });
          yieldNow();
          yieldNow();
          assertThat(read.isCancelled()).isTrue();
          assertThat(feeder.reader.buffered()).isEqualTo(2);
        });
  }

  @Test
  void shouldGiveWhatCameBeforeTheFailureThenTheFailure() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          feeder.feed("ab");
          IOException reset = new IOException("reset");
          feeder.reader.fail(reset);
          feeder.reader.fail(new IOException("later"));
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> feeder.reader.readExactly(3));
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> feeder.reader.readLine());
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> feeder.reader.readAll(9));
          assertThat(text(feeder.reader.read(9))).isEqualTo("ab");
          for (int n = 0; n < 2; n++) {
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> feeder.reader.read(1))
                .withMessage("read() failed: stream=fed cause=reset")
                .withCause(reset);
          }
          assertThat(feeder.reader).hasToString("StreamReader[fed buffered=0 failed]");
        });
  }

  @Test
  void shouldWakeWhoWaitsWhenTheSourceFails() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          var read = spawn(() -> feeder.reader.readLine());
          yieldNow();
          feeder.reader.fail(new IllegalStateException("broken"));
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> await(read))
              .withRootCauseInstanceOf(IllegalStateException.class);
        });
  }

  @Test
  void shouldRefuseWhatMakesNoSense() {
    Virtually.run(
        () -> {
          StreamReader reader = new Feeder().reader;
          assertThatIllegalArgumentException().isThrownBy(() -> reader.read(0));
          assertThatIllegalArgumentException().isThrownBy(() -> reader.readExactly(-1));
          assertThatIllegalArgumentException().isThrownBy(() -> reader.readUntil(new byte[0], 1));
          assertThatIllegalArgumentException()
              .isThrownBy(() -> reader.readLine(-1))
              .withMessageStartingWith("no such limit: limit=-1;");
        });
  }

  @Test
  void shouldRefuseToReadOutsideATaskOfItsLoop() throws Exception {
    try (Loop loop = Loop.start("home")) {
      StreamReader reader = await(loop.submit(() -> new Feeder().reader));
      assertThatIllegalStateException()
          .isThrownBy(() -> reader.read(1))
          .withMessageStartingWith("read() on a wrong thread: thread=");
      AtomicReference<Throwable> inCallback = new AtomicReference<>();
      await(
          loop.submit(
              "caller",
              () -> {
                loop.callSoon(
                    () -> {
                      try {
                        reader.read(1);
                      } catch (IllegalStateException refused) {
                        inCallback.set(refused);
                      }
                    });
                yieldNow();
                yieldNow();
              }));
      assertThat(inCallback.get())
          .hasMessageStartingWith("read() in a callback of the loop: thread=");
    }
  }
}
