package dev.treadle.benchmarks.io;

import dev.treadle.Treadle;
import dev.treadle.http.Http;
import dev.treadle.http.HttpHandler;
import dev.treadle.http.WebServer;
import dev.treadle.io.Connection;
import dev.treadle.io.Net;
import dev.treadle.io.Server;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import reactor.netty.http.server.HttpServer;

/** Treadle's side: handlers as a user writes them. */
final class TreadleServers {
  private TreadleServers() {}

  static OnLoop echo(NettyTransport transport) {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return new OnLoop(
        transport,
        () -> Net.options().backlog(1024).listen(address, TreadleServers::echo),
        Server::localAddress);
  }

  private static void echo(Connection connection) {
    for (ByteBuf bytes = connection.reader().readBuffer();
        bytes != null;
        bytes = connection.reader().readBuffer()) {
      connection.writer().write(bytes);
    }
  }

  static OnLoop hello(NettyTransport transport) {
    return http(
        transport,
        (request, response) ->
            response.header("Content-Type", "text/plain").send(ReactorHttp.HELLO));
  }

  static OnLoop sleeping(NettyTransport transport) {
    return http(
        transport,
        (request, response) -> {
          Treadle.sleep(ReactorHttp.SLEEP);
          response.header("Content-Type", "text/plain").send(ReactorHttp.HELLO);
        });
  }

  private static OnLoop http(NettyTransport transport, HttpHandler handler) {
    HttpServer config = HttpServer.create().host("127.0.0.1").port(0).handle(Http.handler(handler));
    return new OnLoop(transport, () -> Http.bind(config), WebServer::localAddress);
  }
}
