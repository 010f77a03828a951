package dev.treadle.offload.internal;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A worker's end of its Unix socket. It blocks; one thread reads, and one writes, at a time.
 *
 * <p>The JDK's channel for these sockets makes a SecureRandom as its class is loaded, for names
 * that nobody needs here, which is a third of a worker's start. The JDK's attach API connects
 * without. It is open to a worker that was started with {@link #flags}; any other, and one whose
 * JDK does that otherwise, takes the channel.
 */
abstract class WorkerSocket {
  private static final String ATTACH = "sun.tools.attach.VirtualMachineImpl";
  private static final String DESCRIPTORS_PACKAGE = "sun.nio.ch";
  private static final String DESCRIPTORS = "sun.nio.ch.IOUtil";

  private static final String PROVIDER = "java.nio.channels.spi.SelectorProvider";
  private static final String EPOLL = "sun.nio.ch.EPollSelectorProvider";

  /** The most that is read or written at once: the JDK copies it through memory as large. */
  private static final int PIECE = 1 << 20;

  /**
   * Opens the short way for a worker of this JVM's own kind; none where there is none. Such flags
   * cost a JVM what they gain, unless it has an archive of its classes that was made with them.
   */
  static List<String> flags() {
    return ModuleLayer.boot().findModule("jdk.attach").isEmpty()
        ? List.of()
        : List.of(
            "--add-opens=jdk.attach/sun.tools.attach=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED");
  }

  static WorkerSocket connect(Path path) throws IOException {
    FileDescriptor connected = connectQuickly(path);
    return connected == null ? new Channel(path) : new Streams(connected);
  }

  /** Null where that is not open. */
  private static @Nullable FileDescriptor connectQuickly(Path path) throws IOException {
    // Looked at first: to load a class that is then not open takes longer than it is to save.
    Module ours = WorkerSocket.class.getModule();
    if (!Object.class.getModule().isExported(DESCRIPTORS_PACKAGE, ours)) {
      return null;
    }
    try {
      // By handles: reflection would make classes for each shape of a call.
      Class<?> attach = Class.forName(ATTACH);
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(attach, MethodHandles.lookup());
      MethodHandle open = lookup.findStatic(attach, "socket", MethodType.methodType(int.class));
      MethodType twoArguments = MethodType.methodType(void.class, int.class, String.class);
      MethodHandle connect = lookup.findStatic(attach, "connect", twoArguments);
      MethodType ofNumber = MethodType.methodType(FileDescriptor.class, int.class);
      MethodHandle descriptor =
          MethodHandles.lookup().findStatic(Class.forName(DESCRIPTORS), "newFD", ofNumber);
      int number = (int) open.invokeExact();
      connect.invokeExact(number, path.toString());
      return (FileDescriptor) descriptor.invokeExact(number);
    } catch (ReflectiveOperationException | LinkageError closed) {
      return null;
    } catch (IOException | RuntimeException | Error failed) {
      throw failed;
    } catch (Throwable undeclared) {
      throw new IOException(undeclared);
    }
  }

  /** Whether it is not the JDK's channel. */
  abstract boolean isQuick();

  /** As {@link java.io.InputStream#read(byte[], int, int)}, a piece at most. */
  abstract int read(byte[] into, int offset, int length) throws IOException;

  abstract void write(byte[] bytes, int offset, int length) throws IOException;

  /** All of it. */
  final void write(byte[] bytes, int length) throws IOException {
    for (int at = 0; at < length; at += PIECE) {
      write(bytes, at, Math.min(PIECE, length - at));
    }
  }

  private static final class Streams extends WorkerSocket {
    private final FileInputStream in;
    private final FileOutputStream out;

    Streams(FileDescriptor socket) {
      in = new FileInputStream(socket);
      out = new FileOutputStream(socket);
    }

    @Override
    boolean isQuick() {
      return true;
    }

    @Override
    int read(byte[] into, int offset, int length) throws IOException {
      return in.read(into, offset, Math.min(PIECE, length));
    }

    @Override
    void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }
  }

  private static final class Channel extends WorkerSocket {
    private final SocketChannel socket;

    Channel(Path path) throws IOException {
      chooseProvider();
      socket = SocketChannel.open(StandardProtocolFamily.UNIX);
      socket.connect(UnixDomainSocketAddress.of(path));
    }

    /**
     * Names the provider of channels that there would be anyway: without a name, a service loader
     * opens each jar of the class path to look for another. Only before the first channel.
     */
    private static void chooseProvider() {
      try {
        if (System.getProperty(PROVIDER) == null
            && Class.forName(EPOLL, false, null).getModule() == Object.class.getModule()) {
          System.setProperty(PROVIDER, EPOLL);
        }
      } catch (ClassNotFoundException anotherSystem) {
        // The service loader finds it.
      }
    }

    @Override
    boolean isQuick() {
      return false;
    }

    @Override
    int read(byte[] into, int offset, int length) throws IOException {
      return socket.read(ByteBuffer.wrap(into, offset, Math.min(PIECE, length)));
    }

    @Override
    void write(byte[] bytes, int offset, int length) throws IOException {
      ByteBuffer out = ByteBuffer.wrap(bytes, offset, length);
      while (out.hasRemaining()) {
        socket.write(out);
      }
    }
  }
}
