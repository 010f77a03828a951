package dev.treadle.offload;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.awaitUntil;
import static dev.treadle.Treadle.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.Until;
import dev.treadle.conformance.Ports;
import dev.treadle.offload.memory.SharedMemory;
import dev.treadle.offload.process.Pipe;
import dev.treadle.offload.process.PipeEnd;
import dev.treadle.offload.process.ProcessQueue;
import dev.treadle.offload.process.WorkerProcess;
import dev.treadle.queue.QueueClosedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(300)
class ProcessPortsTest {
  private static final String CPYTHON = "test_multiprocessing.";
  private static final int SIGKILL = 9;

  @Ports(
      value = CPYTHON + "_TestProcess.test_kill",
      differs = "the exit code is 128 and the signal's number, as a shell's, and not -9")
  @Test
  void shouldEndAProcessThatIsKilled() {
    try (WorkerProcess process = WorkerProcess.start("waits", () -> PortedSteps.waitForEver())) {
      assertThat(process.isAlive()).isTrue();
      assertThat(process.exitCode()).isEmpty();
      assertThat(process.join(Duration.ZERO)).isEmpty();
      process.kill();
      assertThat(process.join()).isEqualTo(128 + SIGKILL);
      assertThat(process.isAlive()).isFalse();
    }
  }

  @Ports(CPYTHON + "_TestProcess.test_sentinel")
  @Test
  void shouldBeAwaitableWithOtherThings() {
    run(
        () -> {
          try (Pipe<String> pipe = Pipe.open()) {
            PipeEnd<String> far = pipe.right();
            try (WorkerProcess process =
                WorkerProcess.start("waits", () -> PortedSteps.answer(far))) {
              assertThat(process.exit().isDone()).isFalse();
              pipe.left().send("x");
              assertThat(pipe.left().receive()).isEqualTo("X");
              assertThat(process.exit().isDone()).isFalse();
              pipe.left().closeOutput();
              assertThat(await(process.exit())).isZero();
            }
          }
        });
  }

  @Ports(
      value = CPYTHON + "_TestQueue.test_queue_feeder_on_queue_feeder_error",
      differs = "the put itself fails; there is no feeder thread to be told")
  @Test
  void shouldFailOnlyThePutOfWhatCannotBeWritten() {
    try (ProcessQueue<Object> queue = ProcessQueue.bounded(1)) {
      assertThatExceptionOfType(NotSendableException.class)
          .isThrownBy(() -> queue.put(new PortedSteps.FailsWhenWritten()));
      queue.put(true);
      assertThat(queue.take()).isEqualTo(true);
    }
  }

  @Ports(CPYTHON + "_TestQueue.test_closed_queue_put_get_exceptions")
  @Test
  void shouldRefuseAtAClosedQueue() {
    ProcessQueue<Integer> queue = ProcessQueue.unbounded();
    queue.close();
    assertThatExceptionOfType(QueueClosedException.class).isThrownBy(() -> queue.put(1));
    assertThatExceptionOfType(QueueClosedException.class).isThrownBy(queue::take);
  }

  @Ports(
      value = CPYTHON + "_TestConnection.test_sendbytes",
      differs = "no offset and size: a message is a value, send a copy of the range")
  @Ports(CPYTHON + "_TestPoll.test_boundaries")
  @Test
  void shouldKeepMessagesApart() {
    try (Pipe<byte[]> pipe = Pipe.open()) {
      List<byte[]> messages = List.of("first".getBytes(), new byte[0], new byte[100_000]);
      messages.forEach(pipe.left()::send);
      for (byte[] message : messages) {
        assertThat(pipe.right().poll(Duration.ofMinutes(1))).isTrue();
        assertThat(pipe.right().receive()).isEqualTo(message);
      }
      assertThat(pipe.right().poll(Duration.ZERO)).isFalse();
    }
  }

  @Ports(CPYTHON + "TestWait.test_wait")
  @Test
  void shouldGiveEachOfSeveralAsItBecomesReady() {
    run(
        () -> {
          try (Pipe<String> one = Pipe.open();
              Pipe<String> two = Pipe.open()) {
            PipeEnd<String> far = one.right();
            PipeEnd<String> further = two.right();
            try (WorkerProcess first = WorkerProcess.start("one", () -> PortedSteps.answer(far));
                WorkerProcess second =
                    WorkerProcess.start("two", () -> PortedSteps.answer(further))) {
              var ready = List.of(one.left().readable(), two.left().readable());
              two.left().send("second");
              assertThat(awaitUntil(Until.FIRST_COMPLETED, ready).done())
                  .containsExactly(ready.get(1));
              assertThat(two.left().receive()).isEqualTo("SECOND");
              one.left().send("first");
              assertThat(await(ready.getFirst())).isTrue();
              assertThat(one.left().receive()).isEqualTo("FIRST");
              one.left().closeOutput();
              two.left().closeOutput();
              assertThat(await(first.exit())).isZero();
              assertThat(await(second.exit())).isZero();
            }
          }
        });
  }

  @Ports(CPYTHON + "TestNoForkBomb.test_noforkbomb")
  @Test
  void shouldNotRecurseWhenAChildStartsItsProgramAgain() {
    List<String> said = new ArrayList<>();
    try (WorkerProcess process =
        WorkerProcess.builder()
            .errorOutput(said::add)
            .start("program", () -> PortedSteps.main(new String[0]))) {
      assertThat(process.join()).isEqualTo(1);
      assertThat(process.failure()).hasMessageContaining("start() in a worker: name=again");
    }
  }

  @Ports(CPYTHON + "_TestSharedMemory.test_shared_memory_across_processes")
  @Ports(CPYTHON + "_TestSharedMemory.test_shared_memory_untracking")
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "POSIX shared memory")
  @Test
  void shouldShareMemoryWithAProcessAndKeepItWhenThatEnds() {
    try (SharedMemory memory = SharedMemory.create(64)) {
      memory.longs().set(0, 20);
      String name = memory.name();
      for (int n = 0; n < 2; n++) {
        try (WorkerProcess process = WorkerProcess.start("adds", () -> add(name))) {
          assertThat(process.join()).isZero();
        }
      }
      assertThat(memory.longs().get(0)).isEqualTo(22);
      SharedMemory.open(name).close();
    }
  }

  /** Opens it, and does not close it. */
  private static void add(String name) {
    SharedMemory memory = SharedMemory.open(name);
    memory.longs().set(0, memory.longs().get(0) + 1);
  }

  @Ports(
      value = CPYTHON + "_TestSharedMemory.test_shared_memory_cleaned_after_process_termination",
      differs = "the next creator sweeps; there is no tracker process")
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "POSIX shared memory")
  @Test
  void shouldSweepTheMemoryOfAProcessThatWasKilled() {
    try (ProcessQueue<String> names = ProcessQueue.bounded(1);
        WorkerProcess process =
            WorkerProcess.start(
                "creates",
                () -> {
                  names.put(SharedMemory.create(64).name());
                  PortedSteps.waitForEver();
                })) {
      String name = names.take();
      SharedMemory.open(name).close();
      process.kill();
      process.join();
      SharedMemory.create(1).close();
      assertThatExceptionOfType(RuntimeException.class)
          .isThrownBy(() -> SharedMemory.open(name))
          .withMessageContaining(name);
    }
  }
}
