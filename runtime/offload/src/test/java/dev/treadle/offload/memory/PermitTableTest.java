package dev.treadle.offload.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * A process dies after each single step of taking and of giving back, and of repairing that: what
 * is found is written into the table by hand. No permit may be lost, and none made.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the semaphores lie in memory without a name")
class PermitTableTest {
  /** There is no such process: pid 1 has not started then. */
  private static final long DEAD = ProcessIdentity.of(1, 1L << 40);

  private static final int PERMITS = 2;

  private final MemorySegment memory =
      Arena.ofAuto().allocate(PermitTable.bytes(PERMITS) + 32, Long.BYTES);
  private final long semaphore = memory.address() + PermitTable.bytes(PERMITS);

  private PermitTable table() {
    memory.fill((byte) 0);
    PermitTable.init(memory, 0, PERMITS);
    PosixSemaphore.init(semaphore);
    for (int i = 0; i < PERMITS; i++) {
      PosixSemaphore.post(semaphore);
    }
    return new PermitTable(memory, semaphore);
  }

  private void set(long field, long value) {
    memory.set(ValueLayout.JAVA_LONG, field, value);
  }

  private void slot(int slot, long holder) {
    set(PermitTable.SLOTS + (long) slot * Long.BYTES, holder);
  }

  private void journal(long operation, int slot, int value) {
    set(PermitTable.OWNER, DEAD);
    set(PermitTable.JOURNAL, PermitTable.journal(operation, slot, value));
  }

  @TestFactory
  Stream<DynamicTest> shouldLoseNoPermitWhenAProcessDiesInTheMidst() {
    List<Consumer<PermitTableTest>> taking =
        List.of(
            test -> test.set(PermitTable.OWNER, DEAD),
            test -> test.journal(PermitTable.TAKE, 0, 2),
            test -> PosixSemaphore.tryWait(test.semaphore),
            test -> test.slot(0, DEAD),
            test -> test.set(PermitTable.JOURNAL, 0),
            test -> test.set(PermitTable.OWNER, 0));
    List<Consumer<PermitTableTest>> giving =
        List.of(
            test -> {
              PosixSemaphore.tryWait(test.semaphore);
              test.slot(0, DEAD);
            },
            test -> test.set(PermitTable.OWNER, DEAD),
            test -> test.journal(PermitTable.GIVE, 0, 1),
            test -> PosixSemaphore.post(test.semaphore),
            test -> test.slot(0, 0),
            test -> test.set(PermitTable.JOURNAL, 0),
            test -> test.set(PermitTable.OWNER, 0));
    List<Consumer<PermitTableTest>> repairing =
        List.of(
            test -> {
              // Taken, not yet marked; the one who repairs it has begun to give it back.
              PosixSemaphore.tryWait(test.semaphore);
              test.journal(PermitTable.GIVE, 0, 1);
            },
            test -> PosixSemaphore.post(test.semaphore),
            test -> test.slot(0, 0));
    return Stream.of(
            deaths("taking", taking), deaths("giving", giving), deaths("repairing", repairing))
        .flatMap(deaths -> deaths);
  }

  private Stream<DynamicTest> deaths(String what, List<Consumer<PermitTableTest>> steps) {
    return Stream.iterate(1, count -> count <= steps.size(), count -> count + 1)
        .map(
            count ->
                DynamicTest.dynamicTest(
                    what + ", after step " + count,
                    () -> {
                      PermitTable table = table();
                      steps.subList(0, count).forEach(step -> step.accept(this));
                      assertAllThere(table);
                    }));
  }

  private static void assertAllThere(PermitTable table) {
    for (int i = 0; i < PERMITS; i++) {
      PermitTable.Taken taken = table.take(PermitTable.FOR_EVER);
      if (taken == PermitTable.NOTHING) {
        table.reap();
        taken = table.take(PermitTable.FOR_EVER);
      }
      assertThat(taken).as("permit %d", i).isNotEqualTo(PermitTable.NOTHING);
    }
    table.reap();
    assertThat(table.take(PermitTable.FOR_EVER)).isEqualTo(PermitTable.NOTHING);
    assertThat(table.holders()).hasSize(PERMITS);
  }

  /** The test above can fail: without the journal a permit that was taken is lost. */
  @Test
  void shouldLoseThePermitWhenNothingWasWrittenDown() {
    PermitTable table = table();
    PosixSemaphore.tryWait(semaphore);
    set(PermitTable.OWNER, DEAD);
    assertThat(table.take(PermitTable.FOR_EVER)).isNotEqualTo(PermitTable.NOTHING);
    table.reap();
    assertThat(table.take(PermitTable.FOR_EVER)).isEqualTo(PermitTable.NOTHING);
  }

  @Test
  void shouldNotWaitForOneThatStandsStillOnALoop() {
    PermitTable table = table();
    set(PermitTable.OWNER, DEAD);
    assertThat(table.take(PermitTable.LOOP_PATIENCE)).isEqualTo(PermitTable.NOTHING);
    assertThat(table.give(0, PermitTable.LOOP_PATIENCE)).isFalse();
    set(PermitTable.OWNER, 0);
    assertThat(table.take(PermitTable.LOOP_PATIENCE)).isNotEqualTo(PermitTable.NOTHING);
  }
}
