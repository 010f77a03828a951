package dev.treadle.demos;

import static dev.treadle.Treadle.onThread;

import com.sun.security.auth.module.UnixSystem;
import dev.treadle.Loop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Which process this is, whose, where, and what its loop runs on. */
@Command(
    name = "process-info",
    description = {
      "Tells the process id, user, group and working directory,",
      "and the transport, loop and JDK that a loop here runs on."
    })
final class ProcessInfo extends Helpful implements Runnable {
  private static final Path PROCESS = Path.of("/proc/self");

  private final Terminal terminal;

  @Mixin private TransportOption transport = new TransportOption();

  ProcessInfo(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    transport.loop().run(this::tellAll);
  }

  private void tellAll() {
    Loop loop = Loop.current();
    Owner owner = onThread(ProcessInfo::owner);
    tell("process id", Long.toString(ProcessHandle.current().pid()));
    tell("user", owner.user());
    tell("group", owner.group());
    tell("working directory", Path.of("").toAbsolutePath().toString());
    tell("transport", loop.transport().propertyValue());
    tell("loop class", loop.nettyLoop().getClass().getName());
    tell("loop thread", loop.thread().getName());
    tell("JDK", System.getProperty("java.vm.version") + " " + System.getProperty("java.vendor"));
    tell("JDK folder", System.getProperty("java.home"));
  }

  private void tell(String what, String value) {
    terminal.println(what + ": " + value);
  }

  /** Names and numbers, as far as this system tells them. Blocks. */
  private static Owner owner() {
    try {
      // The one place that has the group's name; the JDK can look one up, but not by its number.
      Map<String, Object> process = Files.readAttributes(PROCESS, "unix:owner,group,uid,gid");
      return new Owner(
          process.get("owner") + " (" + process.get("uid") + ")",
          process.get("group") + " (" + process.get("gid") + ")");
    } catch (IOException | UnsupportedOperationException elsewhere) {
      return ids();
    }
  }

  private static Owner ids() {
    String name = System.getProperty("user.name");
    try {
      UnixSystem ids = new UnixSystem();
      return new Owner(name + " (" + ids.getUid() + ")", Long.toString(ids.getGid()));
    } catch (LinkageError windows) {
      return new Owner(name, "none");
    }
  }

  private record Owner(String user, String group) {}
}
