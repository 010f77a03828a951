package dev.treadle.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A JUnit 5 test whose method body is the main task of a fresh loop on the test's thread.
 *
 * <pre>{@code
 * @TreadleTest
 * void shouldAnswerWithinAnHour(Loop loop, VirtualClock clock) {
 *   var answer = spawn("answer", () -> { sleep(ofMinutes(59)); return 42; });
 *   assertThat(await(answer)).isEqualTo(42);
 *   assertThat(clock.elapsed()).isEqualTo(ofMinutes(59));
 * }
 * }</pre>
 *
 * <p>The method returns nothing and may take a {@link dev.treadle.Loop} and, on virtual time, a
 * {@link dev.treadle.VirtualClock}. {@code @BeforeEach} and {@code @AfterEach} methods run outside
 * the loop and may block; a {@code VirtualClock} is given to them too.
 *
 * <p>The test fails if its body fails, and also, even if the code under test swallowed the error,
 * if
 *
 * <ul>
 *   <li>a loop's thread was blocked ({@link BlockingCallError}): the test's own, or that of a loop
 *       it started;
 *   <li>a task is still alive when the method ends, and was not cancelled;
 *   <li>a task or callback failed and nobody observed it;
 *   <li>the tasks wait for one another ({@link dev.treadle.DeadlockException});
 *   <li>a task awaited inside {@code synchronized} or above a native frame;
 *   <li>one turn of the loop took more processor time than {@link #maxTurnMillis()}.
 * </ul>
 *
 * <p>All but the first come with the task dump. Of several problems the method's own failure is
 * thrown and the rest is added to it as suppressed. For settings of many tests, make an annotation
 * of your own that carries this one; {@link TreadleExtension} alone, with {@code @ExtendWith}, does
 * the same with the defaults for {@code @RepeatedTest} and {@code @ParameterizedTest}.
 *
 * <p>Needs the JVM flags {@code -XX:+AllowRedefinitionToAddDeleteMethods} and {@code
 * -XX:+EnableDynamicAgentLoading}; without them every such test fails and names them. With {@code
 * -XX:LockingMode=1} an await inside {@code synchronized} throws on the spot; without it each
 * suspension is looked at, which takes longer, and the test fails in the end.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Test
@ExtendWith(TreadleExtension.class)
public @interface TreadleTest {
  /** What time the loop runs on. */
  TestClock clock() default TestClock.VIRTUAL;

  /**
   * How much processor time, in milliseconds, one turn of the loop may take. Time spent waiting for
   * a busy machine does not count, and each class first loaded in the turn adds a millisecond.
   */
  long maxTurnMillis() default 1000;

  /**
   * How long, in milliseconds of real time, nothing must happen before tasks that only wait are
   * called deadlocked. Raise it where another thread takes longer to answer, or have the code under
   * test say so with {@link dev.treadle.Loop#hold}.
   */
  long deadlockAfterMillis() default 2000;

  /**
   * Under how many orders of ready tasks to run the method, as {@link
   * dev.treadle.LoopBuilder#chaos} draws them from the seeds 1, 2, 3 and so on; 0 for the loop's
   * own order, once. The first that fails ends the test; the message begins with its seed and says
   * how to replay it.
   *
   * <p>Each has a loop, a clock and all the checks of its own. The test instance is one for all,
   * and {@code @BeforeEach} and {@code @AfterEach} run once around them: make in the method what
   * must be new each time. On virtual time only.
   *
   * <p>{@code -Dtreadle.seed=17} runs each test that asks for schedules under that one; {@code
   * -Dtreadle.seed=random} starts at another seed in each run.
   */
  int schedules() default 0;

  /** The one seed to run the method under, such as one that failed: overrides the above. */
  long[] seed() default {};
}
