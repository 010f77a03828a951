package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.io.Feeder.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.Virtually;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a reader asks of its source, and what becomes of the buffers it is fed. */
@Timeout(60)
class StreamReaderSourceTest {
  @Test
  void shouldPauseTheSourceAboveTheHighMarkAndResumeItAtTheLow() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder(10, 20);
          feeder.feed("x".repeat(20));
          assertThat(feeder.pauses).isZero();
          feeder.feed("x");
          feeder.feed("y");
          assertThat(feeder.pauses).isEqualTo(1);
          feeder.reader.readExactly(11);
          assertThat(feeder.resumes).isZero();
          feeder.reader.readExactly(1);
          assertThat(feeder.resumes).isEqualTo(1);
          feeder.reader.readExactly(10);
          assertThat(feeder.resumes).isEqualTo(1);
        });
  }

  @Test
  void shouldNotPauseTheSourceWhileAReadNeedsMore() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder(10, 20);
          feeder.feed("x".repeat(30));
          assertThat(feeder.pauses).isEqualTo(1);
          var read = spawn(() -> feeder.reader.readExactly(100));
          yieldNow();
          assertThat(feeder.resumes).as("more is needed").isEqualTo(1);
          feeder.feed("x".repeat(69));
          assertThat(feeder.pauses).isEqualTo(1);
          feeder.feed("x".repeat(30));
          assertThat(feeder.pauses).as("woken, and too much is left").isEqualTo(2);
          assertThat(await(read)).hasSize(100);
          assertThat(feeder.reader.buffered()).isEqualTo(29);
        });
  }

  @Test
  void shouldTakeWhatTheSourceFeedsWhenResumed() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder(0, 1);
          feeder.feed("ab");
          feeder.onResume = () -> feeder.feed("c\n");
          assertThat(feeder.reader.readLine()).isEqualTo("abc");
          assertThat(feeder.resumes).isEqualTo(2);
        });
  }

  @Test
  void shouldHoldTinyChunksInFewBuffers() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          List<ByteBuf> fed = new ArrayList<>();
          for (int n = 0; n < 10_000; n++) {
            ByteBuf chunk = Unpooled.buffer(64).writeByte('a' + n % 26);
            fed.add(chunk);
            feeder.reader.feed(chunk);
          }
          assertThat(fed.stream().filter(chunk -> chunk.refCnt() > 0).count())
              .isLessThan(10_000 / 64 + 2);
          byte[] all = feeder.reader.readExactly(10_000);
          for (int n = 0; n < all.length; n++) {
            assertThat(all[n]).isEqualTo((byte) ('a' + n % 26));
          }
        });
  }

  @Test
  void shouldNotWriteIntoABufferThatSomebodyElseHolds() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          ByteBuf shared = Unpooled.buffer(64).writeByte('a');
          feeder.reader.feed(shared.retainedDuplicate());
          feeder.feed("b");
          shared.writeByte('c');
          assertThat(text(feeder.reader.readExactly(2))).isEqualTo("ab");
          shared.release();
        });
  }

  @Test
  void shouldReleaseWhatComesAfterTheEndAndWhatIsDiscarded() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          ByteBuf kept = feeder.feed("a");
          ByteBuf empty = Unpooled.buffer(1);
          feeder.reader.feed(empty);
          assertThat(empty.refCnt()).isZero();
          feeder.reader.discard(new IOException("closed"));
          assertThat(kept.refCnt()).isZero();
          assertThat(feeder.feed("b").refCnt()).isZero();
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> feeder.reader.read(1));
        });
  }
}
