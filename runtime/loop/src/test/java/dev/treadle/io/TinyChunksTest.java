package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Task;
import dev.treadle.Transport;
import dev.treadle.Virtually;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A million chunks of a byte or two: no million buffers, and no look at any byte twice. */
@Timeout(60)
@ExtendWith(Leaks.class)
class TinyChunksTest {
  private static final int MILLION = 1_000_000;

  static Stream<Transport> transports() {
    return Loopback.transports();
  }

  /** Allocates without the detector of leaks, which keeps the trace of each buffer. */
  private static final ByteBufAllocator PLAIN = new UnpooledByteBufAllocator(false, true);

  private static ByteBuf exactly(int value) {
    return PLAIN.heapBuffer(1, 1).writeByte(value);
  }

  @Test
  void shouldKeepAMillionChunksWithoutRoomInFewBuffers() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          for (int n = 0; n < MILLION; n++) {
            feeder.reader.feed(exactly(n));
          }
          feeder.reader.end();
          int buffers = 0;
          int at = 0;
          for (ByteBuf part = feeder.reader.readBuffer();
              part != null;
              part = feeder.reader.readBuffer()) {
            buffers++;
            while (part.isReadable()) {
              if (part.readByte() != (byte) at++) {
                throw new AssertionError("mixed up: at=" + at);
              }
            }
            part.release();
          }
          assertThat(at).isEqualTo(MILLION);
          assertThat(buffers).isLessThan(2 + MILLION / 500);
        });
  }

  @Test
  void shouldLeaveAloneChunksThatAreShared() {
    Virtually.run(
        () -> {
          ByteBuf shared = Unpooled.buffer(4096).writeBytes("ab".getBytes(ISO_8859_1));
          Feeder feeder = new Feeder();
          feeder.feed("0");
          feeder.reader.feed(shared.retain());
          feeder.feed("c");
          assertThat(shared.writerIndex()).isEqualTo(2);
          feeder.reader.end();
          assertThat(feeder.reader.readAll(10)).asString().isEqualTo("0abc");
          assertThat(shared.refCnt()).isOne();
          shared.release();
        });
  }

  @Test
  void shouldLookAtEachByteOnceWhenALineComesInAMillionChunks() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          Task<String> reading = spawn(() -> feeder.reader.readLine(MILLION));
          yieldNow();
          // Quadratic this would be 5 * 10^11 looks: the timeout finds that.
          for (int n = 0; n < MILLION; n++) {
            feeder.reader.feed(exactly('x'));
          }
          feeder.feed("\r\n");
          assertThat(await(reading)).isEqualTo("x".repeat(MILLION));
        });
  }

  @Test
  void shouldStartAgainInTimeWhenSeparatorsNearlyMatch() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          byte[] separator = "aaaaaaaaaaaaaaab".getBytes(ISO_8859_1);
          Task<byte[]> reading = spawn(() -> feeder.reader.readUntil(separator, MILLION));
          yieldNow();
          for (int n = 0; n < MILLION; n++) {
            feeder.reader.feed(exactly('a'));
          }
          feeder.feed("b");
          assertThat(await(reading)).hasSize(MILLION + 1).endsWith(separator);
        });
  }

  @Test
  void shouldCountWhatIsBufferedWhenLinesAreEmpty() {
    Virtually.run(
        () -> {
          Feeder feeder = new Feeder();
          for (int n = 0; n < MILLION; n++) {
            feeder.reader.feed(exactly('\n'));
          }
          feeder.reader.end();
          int lines = 0;
          for (String line : feeder.reader.lines()) {
            lines += line.isEmpty() ? 1 : 0;
          }
          assertThat(lines).isEqualTo(MILLION);
          assertThat(feeder.reader.buffered()).isZero();
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldServeAClientThatSendsEachByteOnItsOwn(Transport transport) {
    int bytes = 3_000;
    List<Long> most = new ArrayList<>();
    Hostile.attack(
        transport,
        connection -> {
          long peak = 0;
          int count = 0;
          for (byte[] part = connection.reader().read(3);
              part != null;
              part = connection.reader().read(3)) {
            for (byte each : part) {
              count += each == (byte) count ? 1 : 0;
            }
            peak = Math.max(peak, connection.reader().buffered());
          }
          most.add(peak);
          connection.writer().write(count + "\n");
        },
        target -> {
          most.clear();
          try (Connection client = target.connect()) {
            for (int n = 0; n < bytes; n++) {
              client.writer().write(new byte[] {(byte) n});
            }
            client.writer().closeOutput();
            assertThat(client.reader().readLine()).isEqualTo(String.valueOf(bytes));
          }
          assertThat(most).allMatch(peak -> peak <= 256 << 10);
        });
  }
}
