package dev.treadle.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRoutes;

/** Servers on this machine, and clients that speak as plainly or wrongly as a test likes. */
final class Local {
  private Local() {}

  static HttpServer routes(Consumer<? super HttpServerRoutes> routes) {
    return HttpServer.create().host("127.0.0.1").port(0).route(routes);
  }

  static WebServer serve(Consumer<? super HttpServerRoutes> routes) {
    return Http.bind(routes(routes));
  }

  /** A server that answers every request with the handler. */
  static WebServer serve(HttpHandler handler) {
    return Http.bind(HttpServer.create().host("127.0.0.1").port(0).handle(Http.handler(handler)));
  }

  static String uri(WebServer server, String path) {
    return "http://127.0.0.1:" + server.port() + path;
  }

  /** Connects; blocks, as the methods below do: for a thread of the pool. */
  static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    return socket;
  }

  static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Reads to the end of the connection, which the server must close. */
  static String readAll(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** Reads until what has been read ends so, or the connection does. */
  static String readUntil(Socket socket, String end) throws IOException {
    InputStream in = socket.getInputStream();
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    while (!read.toString(StandardCharsets.UTF_8).endsWith(end)) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      read.write(next);
    }
    return read.toString(StandardCharsets.UTF_8);
  }

  /** Sends one request and gives all of the answer, for a server that then closes. */
  static String exchange(int port, String request) throws IOException {
    try (Socket socket = connect(port)) {
      send(socket, request);
      return readAll(socket);
    }
  }
}
