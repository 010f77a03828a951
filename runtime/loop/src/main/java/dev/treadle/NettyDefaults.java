package dev.treadle;

import jdk.jfr.FlightRecorder;

/** Settings of Netty's that suit a loop, for programs that have none of their own. */
final class NettyDefaults {
  private static final String JFR = "io.netty.jfr.enabled";

  private NettyDefaults() {}

  /**
   * Turns off the events that Netty has for the flight recorder: the JVM would prepare their
   * classes in the loop's first I/O, which holds it up for a tenth of a second or two. Not where a
   * recording is already there to record them. Before Netty's classes are loaded; later it changes
   * nothing.
   */
  static void set() {
    if (System.getProperty(JFR) == null && !isRecording()) {
      System.setProperty(JFR, "false");
    }
  }

  private static boolean isRecording() {
    try {
      return FlightRecorder.isInitialized();
    } catch (LinkageError absent) {
      // A JVM without the module, whose events Netty does without.
      return false;
    }
  }
}
