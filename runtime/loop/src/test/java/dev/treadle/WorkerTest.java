package dev.treadle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WorkerTest {
  private record Named(String owner) implements Worker.Work {
    @Override
    public void run(Worker worker) {}

    @Override
    public void interrupt() {}
  }

  @Test
  void shouldSayWhatItWasGivenBeforeItsThreadHasTakenIt() {
    // Not started: its thread takes its time.
    Worker worker = new Worker("worker", new Named("first"));
    Worker.Work second = new Named("second");
    assertThat(worker.offer(second)).isTrue();
    assertThat(worker.work()).as("what a closing loop interrupts").isSameAs(second);
  }
}
