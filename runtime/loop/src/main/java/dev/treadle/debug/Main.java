package dev.treadle.debug;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import com.sun.tools.attach.VirtualMachineDescriptor;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.ReflectionException;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * Looks into the loops of another JVM: {@code python -m asyncio ps} and {@code pstree} of CPython
 * 3.14.
 *
 * <pre>{@code
 * java -jar treadle-loop.jar list
 * java -jar treadle-loop.jar pstree PID
 * }</pre>
 *
 * <p>It attaches as {@code jcmd} does, so it must be run as the same user, has the JVM start its
 * local JMX agent, which stays, and loads no other agent into it. Exit code 2: no answer, and one
 * line on standard error says why.
 */
public final class Main {
  private static final String USAGE =
      """
      usage: java -jar treadle-loop.jar COMMAND

        list               the JVMs of this user that have run a Treadle loop
        ps PID             one row per task
        pstree PID         who waits for whom, as a tree with stacks
        dump PID           every task under its parent, with its stack

        --limit N          describe at most N tasks of each loop; 1000 without this
      """;

  private static final String MARK = "dev.treadle.loops";
  private static final int LIMIT = 1000;
  private static final int FAILED = 2;

  private Main() {}

  /** Runs the command and exits. */
  public static void main(String[] args) {
    System.exit(run(args, System.out, System.err));
  }

  static int run(String[] args, PrintStream out, PrintStream err) {
    try {
      return run(Arrays.asList(args), out);
    } catch (Refusal refusal) {
      err.println(refusal.getMessage());
    } catch (NoClassDefFoundError missing) {
      err.println(
          "this Java has no jdk.attach module: missing=" + missing.getMessage() + "; use a JDK");
    }
    return FAILED;
  }

  private static int run(List<String> args, PrintStream out) throws Refusal {
    String command = args.isEmpty() ? "" : args.getFirst();
    switch (command) {
      case "-h", "--help", "help" -> out.print(USAGE);
      case "list" -> list(out);
      case "ps", "pstree", "dump" -> {
        if (args.size() != 2 && !(args.size() == 4 && args.get(2).equals("--limit"))) {
          throw new Refusal(USAGE.strip());
        }
        int limit = args.size() == 4 ? number("--limit", args.get(3)) : LIMIT;
        out.print(ask(command, Integer.toString(number("PID", args.get(1))), limit));
      }
      default -> throw new Refusal(USAGE.strip());
    }
    return 0;
  }

  private static int number(String what, String text) throws Refusal {
    try {
      int number = Integer.parseInt(text);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // As below.
    }
    throw new Refusal("not a positive number: " + what + "=" + text);
  }

  private static void list(PrintStream out) {
    String self = Long.toString(ProcessHandle.current().pid());
    for (VirtualMachineDescriptor jvm : VirtualMachine.list()) {
      if (!jvm.id().equals(self) && hasLoops(jvm.id())) {
        out.println(jvm.id() + " " + jvm.displayName());
      }
    }
  }

  private static boolean hasLoops(String pid) {
    try {
      VirtualMachine jvm = VirtualMachine.attach(pid);
      try {
        return jvm.getSystemProperties().containsKey(MARK);
      } finally {
        jvm.detach();
      }
    } catch (IOException | AttachNotSupportedException e) {
      // Another user's, or gone meanwhile.
      return false;
    }
  }

  @SuppressWarnings("BanJNDI") // The address is that of a JVM of the same user on this machine.
  private static String ask(String command, String pid, int limit) throws Refusal {
    try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(connect(pid)))) {
      MBeanServerConnection server = connector.getMBeanServerConnection();
      ObjectName bean = new ObjectName(Loops.NAME);
      if (!server.isRegistered(bean)) {
        create(server, bean, pid);
      }
      String answer =
          String.valueOf(
              server.invoke(
                  bean, command, new Object[] {limit}, new String[] {int.class.getName()}));
      if (answer.isEmpty()) {
        throw new Refusal("no loop runs now: pid=" + pid);
      }
      return answer;
    } catch (IOException | JMException e) {
      throw new Refusal("the JVM did not answer: pid=" + pid + " reason=" + reason(e));
    }
  }

  private static String connect(String pid) throws Refusal {
    try {
      VirtualMachine jvm = VirtualMachine.attach(pid);
      try {
        Properties properties = jvm.getSystemProperties();
        if (!properties.containsKey(MARK)) {
          throw new Refusal(
              "no loop has run in this JVM: pid="
                  + pid
                  + " program="
                  + properties.getProperty("sun.java.command", "unknown")
                  + "; 'list' shows where one has");
        }
        return jvm.startLocalManagementAgent();
      } finally {
        jvm.detach();
      }
    } catch (IOException | AttachNotSupportedException e) {
      throw new Refusal(
          "cannot attach: pid="
              + pid
              + " reason="
              + reason(e)
              + "; give the pid of a running JVM of your own user, 'list' shows them");
    }
  }

  /** Has the JVM itself load and make the bean. */
  private static void create(MBeanServerConnection server, ObjectName bean, String pid)
      throws IOException, JMException, Refusal {
    try {
      server.createMBean(Loops.class.getName(), bean);
    } catch (InstanceAlreadyExistsException sameMoment) {
      // Somebody else looks, too.
    } catch (ReflectionException notFound) {
      throw new Refusal(
          "Treadle is not on the class path of this JVM itself: pid="
              + pid
              + "; call "
              + Loops.class.getName()
              + ".register() in the program");
    }
  }

  private static String reason(Exception failure) {
    String message = failure.getMessage();
    return message == null
        ? failure.getClass().getSimpleName()
        : message.lines().findFirst().orElse("");
  }

  /** A command that ends with one line for the user. */
  private static final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    Refusal(String message) {
      super(message, null, false, false);
    }
  }
}
