package dev.treadle.io;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What two peers have agreed on in a TLS handshake; see {@link Connection#tls()}. Any thread.
 *
 * @param session the JDK's view: protocol, cipher suite, certificates
 * @param applicationProtocol what ALPN has chosen, such as {@code h2}; null if nothing
 */
public record TlsSession(SSLSession session, @Nullable String applicationProtocol) {
  /** The version, such as {@code TLSv1.3}. */
  public String protocol() {
    return session.getProtocol();
  }

  /**
   * The peer's certificate and those that vouch for it, its own first; empty if it has shown none.
   */
  public List<X509Certificate> peerCertificates() {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      for (Certificate certificate : session.getPeerCertificates()) {
        if (certificate instanceof X509Certificate x509) {
          certificates.add(x509);
        }
      }
    } catch (SSLPeerUnverifiedException none) {
      return List.of();
    }
    return certificates;
  }

  @Override
  public String toString() {
    return "TlsSession["
        + session.getProtocol()
        + " "
        + session.getCipherSuite()
        + (applicationProtocol == null ? "]" : " " + applicationProtocol + "]");
  }
}
