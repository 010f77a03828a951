package dev.treadle.io;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.time.Duration;
import java.time.Instant;

/** An authority made up for tests, and contexts with what it has certified. */
final class Certificates {
  static final X509Bundle AUTHORITY = authority("CN=authority");
  static final X509Bundle SERVER = issued(AUTHORITY, Instant.now().plus(Duration.ofDays(1)));

  private Certificates() {}

  static X509Bundle authority(String subject) {
    try {
      return new CertificateBuilder()
          .ecp256()
          .subject(subject)
          .setIsCertificateAuthority(true)
          .buildSelfSigned();
    } catch (Exception e) {
      throw new IllegalStateException("no test authority", e);
    }
  }

  /** For {@code localhost} and {@code service.test}. */
  static X509Bundle issued(X509Bundle authority, Instant notAfter) {
    try {
      return new CertificateBuilder()
          .ecp256()
          .subject("CN=server")
          .addSanDnsName("localhost")
          .addSanDnsName("service.test")
          .notBefore(notAfter.minus(Duration.ofDays(2)))
          .notAfter(notAfter)
          .buildIssuedBy(authority);
    } catch (Exception e) {
      throw new IllegalStateException("no test certificate", e);
    }
  }

  static SslContextBuilder serverBuilder(X509Bundle certificate) {
    return SslContextBuilder.forServer(
            certificate.getKeyPair().getPrivate(), certificate.getCertificatePath())
        .sslProvider(SslProvider.JDK);
  }

  static SslContextBuilder clientBuilder() {
    return SslContextBuilder.forClient()
        .sslProvider(SslProvider.JDK)
        .trustManager(AUTHORITY.getCertificate());
  }

  static SslContext server() throws Exception {
    return serverBuilder(SERVER).build();
  }

  static SslContext client() throws Exception {
    return clientBuilder().build();
  }

  /** Asks for a certificate of the client, and takes none but the authority's. */
  static SslContext mutualServer() throws Exception {
    return serverBuilder(SERVER)
        .trustManager(AUTHORITY.getCertificate())
        .clientAuth(ClientAuth.REQUIRE)
        .build();
  }

  static SslContext mutualClient() throws Exception {
    return clientBuilder()
        .keyManager(SERVER.getKeyPair().getPrivate(), SERVER.getCertificatePath())
        .build();
  }

  static ApplicationProtocolConfig alpn(String... protocols) {
    return new ApplicationProtocolConfig(
        Protocol.ALPN,
        SelectorFailureBehavior.NO_ADVERTISE,
        SelectedListenerFailureBehavior.ACCEPT,
        protocols);
  }
}
