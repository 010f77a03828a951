package dev.treadle.http;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.tcp.SslProvider;

/** A certificate made up for tests, and both sides of TLS with it. */
final class Keys {
  private static final X509Bundle CERTIFICATE = sign();

  private Keys() {}

  private static X509Bundle sign() {
    try {
      return new CertificateBuilder()
          .subject("CN=localhost")
          .addSanDnsName("localhost")
          .addSanIpAddress("127.0.0.1")
          .setIsCertificateAuthority(true)
          .buildSelfSigned();
    } catch (Exception e) {
      throw new IllegalStateException("no test certificate", e);
    }
  }

  static SslProvider.GenericSslContextSpec<?> forServer(HttpProtocol protocol) {
    var key = CERTIFICATE.getKeyPair().getPrivate();
    var path = CERTIFICATE.getCertificatePath();
    return protocol == HttpProtocol.H2
        ? Http2SslContextSpec.forServer(key, path)
        : Http11SslContextSpec.forServer(key, path);
  }

  static SslProvider.GenericSslContextSpec<?> forClient(HttpProtocol protocol) {
    var certificate = CERTIFICATE.getCertificate();
    return protocol == HttpProtocol.H2
        ? Http2SslContextSpec.forClient().configure(to -> to.trustManager(certificate))
        : Http11SslContextSpec.forClient().configure(to -> to.trustManager(certificate));
  }

  /** A client's side of TLS over the socket, which is closed with it. */
  static SSLSocket secured(Socket socket) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, CERTIFICATE.toTrustManagerFactory().getTrustManagers(), null);
      return (SSLSocket)
          context.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no TLS for the test", e);
    }
  }
}
