package dev.treadle.http;

import dev.treadle.testing.TestClock;
import dev.treadle.testing.TreadleTest;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test on a loop in real time, under the blocking guard, that must release every buffer. */
@TreadleTest(clock = TestClock.REAL, deadlockAfterMillis = 20_000)
@ExtendWith(LeakWatch.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface HttpTest {}
