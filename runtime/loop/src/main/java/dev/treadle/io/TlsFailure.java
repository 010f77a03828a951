package dev.treadle.io;

import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import org.jspecify.annotations.Nullable;

/** Why a handshake has failed and what to do about it, in a line: the JDK nests the reason deep. */
final class TlsFailure {
  private TlsFailure() {}

  static String text(Throwable failure) {
    if (find(failure, NotSslRecordException.class) != null) {
      return "the peer does not speak TLS; check the port";
    }
    Throwable dated = find(failure, CertificateExpiredException.class);
    dated = dated == null ? find(failure, CertificateNotYetValidException.class) : dated;
    if (dated != null) {
      return "the certificate is not valid now (" + message(dated) + "); it must be renewed";
    }
    if (find(failure, CertPathBuilderException.class) != null) {
      return "the certificate is not trusted (" + root(failure) + "); trust who issued it";
    }
    if (find(failure, ClosedChannelException.class) != null) {
      return "the peer has closed the connection; it may have refused a certificate or a protocol";
    }
    if (root(failure).contains("Received fatal alert")) {
      return "the peer has refused (" + root(failure) + "); see what it says of this";
    }
    Throwable named = find(failure, CertificateException.class);
    return named == null
        ? root(failure) + "; check what both sides support"
        : "the certificate is not for this host (" + root(failure) + "); check the name";
  }

  private static @Nullable Throwable find(Throwable failure, Class<? extends Throwable> type) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return cause;
      }
    }
    return null;
  }

  private static String root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return message(root);
  }

  private static String message(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.toString() : message.lines().findFirst().orElse("");
  }
}
