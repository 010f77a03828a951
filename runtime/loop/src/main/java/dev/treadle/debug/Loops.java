package dev.treadle.debug;

import dev.treadle.Loop;
import dev.treadle.LoopInfo;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Comparator;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * The loops of this JVM as a JMX bean. A JVM need not register it: {@link Main} asks the JVM to
 * make one when it is wanted, so a program that nobody looks into pays nothing. Only where Treadle
 * is not on the class path itself but loaded by a class loader of a container's or of an executable
 * jar's, call {@link #register()} once.
 */
public final class Loops implements LoopsMXBean {
  /** The bean's name. */
  public static final String NAME = "dev.treadle:type=Loops";

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** For JMX. */
  public Loops() {}

  /** Registers the bean with the platform's server; does nothing the second time. Any thread. */
  public static void register() {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    try {
      ObjectName name = new ObjectName(NAME);
      if (!server.isRegistered(name)) {
        server.registerMBean(new Loops(), name);
      }
    } catch (InstanceAlreadyExistsException sameMoment) {
      // By another thread: one is as good as the other.
    } catch (JMException e) {
      throw new IllegalStateException("the bean cannot be registered: name=" + NAME, e);
    }
  }

  @Override
  public String ps(int limit) {
    return all(limit, LoopInfo::table);
  }

  @Override
  public String pstree(int limit) {
    return all(limit, LoopInfo::tree);
  }

  @Override
  public String dump(int limit) {
    return all(limit, LoopInfo::dump);
  }

  private static String all(int limit, Function<LoopInfo, String> text) {
    // All at once: several that do not answer cost no more patience than one.
    return Loop.all().parallelStream()
        .map(loop -> loop.snapshot(PATIENCE, limit))
        .sorted(Comparator.comparing(LoopInfo::loop))
        .map(text)
        .collect(Collectors.joining("\n"));
  }
}
