package dev.treadle.benchmarks.io;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who is measured against whom, each started as its own documentation recommends. */
final class Contenders {
  static final String DELAY = "Reactor Netty, delayElement";
  static final String DELAY_ON_LOOP = "Reactor Netty, delayElement on its loop";

  /**
   * Both compilers share the server's one processor with it. After six seconds a server is still at
   * half its speed in some runs; after fifteen its rounds no longer rise.
   */
  private static final int JVM_WARM_MILLIS = 20_000;

  private static final int NODE_WARM_MILLIS = 1_500;
  private static final int PYTHON_WARM_MILLIS = 1_000;

  private final Tools tools;
  private final Path scripts;

  /**
   * @param scripts the folder with the servers that are not Java
   */
  Contenders(Tools tools, Path scripts) {
    this.tools = tools;
    this.scripts = scripts;
  }

  static String treadle(NettyTransport transport) {
    return "Treadle, " + transport.title();
  }

  static String netty(NettyTransport transport) {
    return "raw Netty, " + transport.title();
  }

  static String reactor(NettyTransport transport) {
    return "Reactor Netty, " + transport.title();
  }

  List<Contender> echo() {
    List<Contender> all = new ArrayList<>();
    for (NettyTransport transport : NettyTransport.values()) {
      all.addAll(jvmEcho(transport));
    }
    all.add(python("asyncio streams", tools.pythonMissing("asyncio"), "echo.py asyncio streams"));
    all.add(python("uvloop streams", tools.pythonMissing("uvloop"), "echo.py uvloop streams"));
    all.add(python("uvloop protocol", tools.pythonMissing("uvloop"), "echo.py uvloop protocol"));
    all.add(node("Node", "echo.js"));
    return all;
  }

  /** The two that can tell their memory. */
  List<Contender> jvmEcho(NettyTransport transport) {
    return List.of(
        jvm(treadle(transport), "treadle-echo", transport),
        jvm(netty(transport), "netty-echo", transport));
  }

  List<Contender> hello() {
    List<Contender> all = new ArrayList<>();
    for (NettyTransport transport : NettyTransport.values()) {
      all.add(jvm(treadle(transport), "treadle-hello", transport));
      all.add(jvm(reactor(transport), "reactor-hello", transport));
    }
    all.add(python("aiohttp on uvloop", tools.pythonMissing("uvloop,aiohttp"), "hello.py"));
    all.add(node("Node", "hello.js"));
    return all;
  }

  List<Contender> sleeping(NettyTransport transport) {
    return List.of(
        jvm(treadle(transport), "treadle-sleep", transport),
        jvm(DELAY, "reactor-sleep", transport),
        jvm(DELAY_ON_LOOP, "reactor-sleep-on-loop", transport));
  }

  private Contender jvm(String title, String kind, NettyTransport transport) {
    String missing =
        transport.treadle.isAvailable() ? null : transport.title() + " is not available here";
    List<String> command = new ArrayList<>(tools.java());
    command.addAll(List.of(ServerMain.class.getName(), kind, transport.title()));
    return new Contender(title, tools.onServerCore(command), JVM_WARM_MILLIS, missing);
  }

  private Contender python(String title, @Nullable String missing, String script) {
    return script(title, tools.python(), PYTHON_WARM_MILLIS, missing, script);
  }

  private Contender node(String title, String script) {
    return script(title, "node", NODE_WARM_MILLIS, tools.nodeMissing(), script);
  }

  private Contender script(
      String title, String program, int warmMillis, @Nullable String missing, String script) {
    String[] words = script.split(" ");
    List<String> command = new ArrayList<>(List.of(program, scripts.resolve(words[0]).toString()));
    command.addAll(List.of(words).subList(1, words.length));
    return new Contender(title, tools.onServerCore(command), warmMillis, missing);
  }
}
