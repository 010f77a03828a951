package dev.treadle.benchmarks.io;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * The process of one JVM server: {@code ServerMain KIND TRANSPORT}. Says {@code port=N} when it
 * serves; {@code bytes} on standard input asks for the memory in use; it ends with its standard
 * input, so that it never outlives who started it.
 */
final class ServerMain {
  private ServerMain() {}

  public static void main(String[] args) throws IOException {
    int port = start(args[0], NettyTransport.of(args[1]));
    System.out.println("port=" + port);
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      System.out.println(
          line.equals("bytes") ? "bytes=" + UsedMemory.bytes() : "no such command: " + line);
    }
    Runtime.getRuntime().halt(0);
  }

  private static int start(String kind, NettyTransport transport) {
    return switch (kind) {
      case "netty-echo" -> new NettyEcho(transport).port();
      case "treadle-echo" -> TreadleServers.echo(transport).port();
      case "treadle-hello" -> TreadleServers.hello(transport).port();
      case "treadle-sleep" -> TreadleServers.sleeping(transport).port();
      case "reactor-hello" -> ReactorHttp.hello(transport).port();
      case "reactor-sleep" -> ReactorHttp.sleeping(transport).port();
      case "reactor-sleep-on-loop" -> ReactorHttp.sleepingOnLoop(transport).port();
      default -> throw new IllegalArgumentException("no such server: kind=" + kind);
    };
  }
}
