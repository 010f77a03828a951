package dev.treadle.http;

import static dev.treadle.Treadle.onThread;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;

/** Clients of a TLS port that do not speak TLS, or not to the end of the handshake. */
class HostileTlsTest {
  private static final HttpHandler NEVER = (request, response) -> response.send("never");

  /** With so long for a handshake. */
  private static UnaryOperator<HttpServer> secure(int handshakeMillis) {
    return server ->
        server.secure(
            spec ->
                spec.sslContext(Keys.forServer(HttpProtocol.HTTP11))
                    .handshakeTimeout(ofMillis(handshakeMillis)));
  }

  /** What a client says first. */
  private static byte[] hello() throws Exception {
    return onThread(
        () -> {
          SSLContext context = SSLContext.getInstance("TLS");
          context.init(null, null, null);
          SSLEngine engine = context.createSSLEngine("localhost", 1);
          engine.setUseClientMode(true);
          ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
          engine.wrap(ByteBuffer.allocate(0), hello);
          return Arrays.copyOf(hello.array(), hello.position());
        });
  }

  private static void more(Socket socket, byte[] bytes) {
    onThread(
        () -> {
          try {
            socket.getOutputStream().write(bytes);
          } catch (IOException closed) {
            // It has seen enough.
          }
        });
  }

  /** Reads until the server closes the connection, however it does. */
  private static byte[] rest(Socket socket) throws IOException {
    return onThread(
        () -> {
          ByteArrayOutputStream read = new ByteArrayOutputStream();
          try (socket) {
            socket.getInputStream().transferTo(read);
          } catch (SocketTimeoutException never) {
            throw never;
          } catch (IOException reset) {
            // That closes it, too.
          }
          return read.toByteArray();
        });
  }

  @HttpTest
  void shouldCloseTheConnectionOfAClientThatSendsGarbage() throws Exception {
    byte[] hello = hello();
    Hostile.attack(
        secure(60_000),
        NEVER,
        target -> {
          for (int seed = 0; seed < 10; seed++) {
            Random random = new Random(seed);
            byte[] garbage = new byte[1 + random.nextInt(300)];
            random.nextBytes(garbage);
            // No handshake record, of which the server would wait for the rest.
            garbage[0] = 'G';
            Socket socket = target.send("");
            more(
                socket,
                garbage.length < 5 ? "GET / HTTP/1.1\r\n\r\n".getBytes(ISO_8859_1) : garbage);
            assertThat(new String(rest(socket), ISO_8859_1)).doesNotContain("HTTP", "never");
          }
          // A handshake that goes wrong in its second record.
          byte[] broken = Arrays.copyOf(hello, hello.length + 200);
          Arrays.fill(broken, hello.length, broken.length, (byte) 0x55);
          Socket socket = target.send("");
          more(socket, broken);
          assertThat(new String(rest(socket), ISO_8859_1)).doesNotContain("HTTP", "never");
        });
  }

  @HttpTest
  void shouldCloseTheConnectionOfAClientThatAbandonsTheHandshake() throws Exception {
    byte[] hello = hello();
    Hostile.attack(
        secure(1_000),
        NEVER,
        target -> {
          List<Socket> silent = new ArrayList<>();
          for (int length : new int[] {0, 1, 5, hello.length / 2, hello.length}) {
            Socket socket = target.send("");
            more(socket, Arrays.copyOf(hello, length));
            silent.add(socket);
          }
          for (Socket socket : silent) {
            rest(socket);
          }
          Hostile.until(() -> target.server.connections() == 0);
        });
  }

  @HttpTest
  void shouldForgetAClientThatResetsInTheMidstOfTheHandshake() throws Exception {
    byte[] hello = hello();
    Hostile.attack(
        secure(60_000),
        NEVER,
        target -> {
          for (int n = 0; n < 6; n++) {
            Socket socket = target.send("");
            more(socket, Arrays.copyOf(hello, n % 2 == 0 ? hello.length : 20));
            Hostile.reset(socket);
          }
          Hostile.until(() -> target.server.connections() == 0);
        });
  }
}
