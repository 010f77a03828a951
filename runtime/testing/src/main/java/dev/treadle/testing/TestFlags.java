package dev.treadle.testing;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.StringJoiner;

/** The JVM flags that tests need. */
final class TestFlags {
  private static final String MONITORS_PIN = "1";

  private TestFlags() {}

  /** The flags BlockHound needs and this JVM lacks, separated by spaces. */
  static String missing() {
    StringJoiner missing = new StringJoiner(" ");
    for (String flag :
        new String[] {"AllowRedefinitionToAddDeleteMethods", "EnableDynamicAgentLoading"}) {
      if (!value(flag).equals("true")) {
        missing.add("-XX:+" + flag);
      }
    }
    return missing.toString();
  }

  /** Whether an await inside {@code synchronized} throws by itself. */
  static boolean monitorsPin() {
    return value("LockingMode").equals(MONITORS_PIN);
  }

  private static String value(String flag) {
    HotSpotDiagnosticMXBean hotSpot =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    try {
      return hotSpot == null ? "" : hotSpot.getVMOption(flag).getValue();
    } catch (IllegalArgumentException unknownToThisJvm) {
      return "";
    }
  }
}
