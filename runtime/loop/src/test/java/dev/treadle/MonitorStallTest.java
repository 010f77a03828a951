package dev.treadle;

import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * An await inside {@code synchronized} in a JVM as in production: the monitor leaves with the
 * suspended stack, and the next task that wants it blocks the thread for good.
 */
class MonitorStallTest {
  @Test
  void shouldNameTheSuspendedTaskThatHoldsTheMonitor() throws IOException {
    try (ChildJvm child = ChildJvm.start(Program.class, "-XX:LockingMode=2")) {
      child.awaitLine("step=task 'wants'");
      child.awaitLine(
          "waitsFor=a monitor held by suspended task 'holds' at "
              + "dev.treadle.MonitorStallTest$Program.hold(MonitorStallTest.java) holding"
              + " java.lang.Object");
      child.awaitLine("at=dev.treadle.MonitorStallTest$Program.want");
    }
  }

  @Test
  void shouldNameTheThreadThatHoldsTheMonitor() throws IOException {
    try (ChildJvm child = ChildJvm.start(OtherThread.class, "-XX:LockingMode=2")) {
      child.awaitLine("waitsFor=a monitor of java.lang.Object held by thread 'other'");
    }
  }

  private static void print(Stall stall) {
    if (!stall.ended() && stall.waitsFor() != null) {
      System.out.println("step=" + stall.step());
      System.out.println(
          "waitsFor="
              + stall
                  .waitsFor()
                  .replaceAll("\\.java:\\d+", ".java")
                  .replaceAll("Object@\\w+", "Object"));
      StackTraceElement top = stall.stack().getFirst();
      System.out.println("at=" + top.getClassName() + "." + top.getMethodName());
    }
  }

  /** Hangs. */
  static final class Program {
    private static final Object MONITOR = new Object();

    private Program() {}

    public static void main(String[] args) {
      Loop.builder()
          .stallAfter(Duration.ofMillis(50))
          .onStall(MonitorStallTest::print)
          .run(
              () -> {
                spawn("holds", Program::hold);
                spawn("waits", () -> Treadle.sleep(Duration.ofDays(1)));
                yieldNow();
                spawn("wants", Program::want);
                Treadle.sleep(Duration.ofDays(1));
              });
    }

    private static void hold() {
      synchronized (MONITOR) {
        Treadle.sleep(Duration.ofDays(1));
      }
    }

    private static void want() {
      synchronized (MONITOR) {
        System.out.println("walked in");
      }
    }
  }

  /** Hangs. */
  static final class OtherThread {
    private static final Object MONITOR = new Object();

    private OtherThread() {}

    public static void main(String[] args) {
      Loop.builder()
          .stallAfter(Duration.ofMillis(50))
          .onStall(MonitorStallTest::print)
          .run(
              () -> {
                Deferred<String> locked = new Deferred<>();
                Thread other =
                    new Thread(
                        () -> {
                          synchronized (MONITOR) {
                            locked.complete("");
                            while (true) {
                              java.util.concurrent.locks.LockSupport.park();
                            }
                          }
                        },
                        "other");
                other.setDaemon(true);
                other.start();
                Treadle.await(locked);
                synchronized (MONITOR) {
                  System.out.println("walked in");
                }
              });
    }
  }
}
