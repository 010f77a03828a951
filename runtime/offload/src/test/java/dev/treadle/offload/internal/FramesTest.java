package dev.treadle.offload.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class FramesTest {
  @Test
  void shouldStandBeforeThePayloadWhenMadeAFrame() {
    Encoded encoded = new Encoded(new byte[40], 5, List.of()).frame(Frames.CALL, 1L << 40);
    ByteBuffer frame = ByteBuffer.wrap(encoded.bytes());
    assertThat(Frames.payloadLength(frame.getInt(), Frames.MAX_LENGTH)).isEqualTo(5);
    assertThat(frame.get()).isEqualTo(Frames.CALL);
    assertThat(frame.getLong()).isEqualTo(1L << 40);
    assertThat(frame.position()).isEqualTo(Frames.HEADER);
  }

  @Test
  void shouldRefuseWhenNoFrameHasThatLength() {
    assertThat(Frames.payloadLength(9, Frames.MAX_HELLO_LENGTH)).isZero();
    for (int length : new int[] {Integer.MIN_VALUE, -1, 0, 8, 257, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> Frames.payloadLength(length, Frames.MAX_HELLO_LENGTH))
          .isInstanceOf(MalformedException.class)
          .hasMessageContaining("length=" + length + ";");
    }
  }

  @Test
  void shouldTellSecretsApartWhenCompared() {
    byte[] secret = WorkerSetup.newSecret();
    assertThat(Frames.sameSecret(secret, secret.clone())).isTrue();
    assertThat(Frames.sameSecret(secret, WorkerSetup.newSecret())).isFalse();
    assertThat(Frames.sameSecret(secret, new byte[0])).isFalse();
  }
}
