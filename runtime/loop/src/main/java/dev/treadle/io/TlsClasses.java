package dev.treadle.io;

import dev.treadle.Treadle;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's classes for TLS, some hundreds. They are loaded by the JVM's first handshake, which
 * would stall the loop for as long; here by one on a thread of the pool that gets nowhere.
 */
final class TlsClasses {
  private static volatile boolean loaded;

  private TlsClasses() {}

  /** Sees to it that they are there; suspends the first time. */
  static void load() {
    if (!loaded) {
      Treadle.onThread(TlsClasses::shakeHands);
      loaded = true;
    }
  }

  private static void shakeHands() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[0], null);
      SSLEngine client = engine(context, true);
      SSLEngine server = engine(context, false);
      ByteBuffer hello = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
      client.wrap(ByteBuffer.allocate(0), hello);
      server.unwrap(hello.flip(), ByteBuffer.allocate(0));
      runTasks(server);
      server.wrap(ByteBuffer.allocate(0), hello.clear());
    } catch (GeneralSecurityException | SSLException expected) {
      // The server has no certificate.
    }
  }

  private static SSLEngine engine(SSLContext context, boolean client) {
    SSLEngine engine = context.createSSLEngine("localhost", 1);
    engine.setUseClientMode(client);
    return engine;
  }

  private static void runTasks(SSLEngine engine) {
    while (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
      @Nullable Runnable task = engine.getDelegatedTask();
      if (task != null) {
        task.run();
      }
    }
  }
}
