package dev.treadle.offload.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WorkerMainTest {
  @Test
  void shouldAnswerWhenCalled() throws Exception {
    try (BlockingParent parent = new BlockingParent(1 << 18, "")) {
      assertThat(parent.hello.kind()).isEqualTo(Frames.HELLO);
      assertThat(parent.hello.seq()).isEqualTo(parent.process.pid());
      assertThat(parent.hello.payload().array()).endsWith(parent.secret);
      int a = 4;
      assertThat(parent.call(() -> a + 3)).isEqualTo(7);
    }
  }
}
