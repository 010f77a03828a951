package dev.treadle;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How the loop waits for I/O, in order of preference. {@code -Dtreadle.transport=epoll} (or {@code
 * io_uring}, {@code kqueue}, {@code nio}) forces one.
 */
public enum Transport {
  /** Linux's io_uring. */
  IO_URING {
    @Override
    @Nullable Throwable unavailabilityCause() {
      return IoUring.isAvailable() ? null : IoUring.unavailabilityCause();
    }

    @Override
    IoHandlerFactory factory() {
      return IoUringIoHandler.newFactory();
    }
  },
  /** Linux's epoll. */
  EPOLL {
    @Override
    @Nullable Throwable unavailabilityCause() {
      return Epoll.isAvailable() ? null : Epoll.unavailabilityCause();
    }

    @Override
    IoHandlerFactory factory() {
      return EpollIoHandler.newFactory();
    }
  },
  /** The kqueue of macOS and the BSDs. */
  KQUEUE {
    @Override
    @Nullable Throwable unavailabilityCause() {
      return KQueue.isAvailable() ? null : KQueue.unavailabilityCause();
    }

    @Override
    IoHandlerFactory factory() {
      return KQueueIoHandler.newFactory();
    }
  },
  /** The JDK's selector; there is always this one. */
  NIO {
    @Override
    @Nullable Throwable unavailabilityCause() {
      return null;
    }

    @Override
    IoHandlerFactory factory() {
      return NioIoHandler.newFactory();
    }

    @Override
    long tickNanos() {
      return 1_000_000;
    }
  };

  static {
    // Every loop comes by here before it comes to Netty.
    NettyDefaults.set();
  }

  private static final System.Logger LOG = System.getLogger("dev.treadle.Transport");

  abstract @Nullable Throwable unavailabilityCause();

  abstract IoHandlerFactory factory();

  /** The shortest time it can wait; asked for less it would return at once. */
  long tickNanos() {
    return 1;
  }

  /** Whether this machine has it. */
  public boolean isAvailable() {
    return unavailabilityCause() == null;
  }

  /** The transport of every loop that is not given another; chosen once. */
  public static Transport preferred() {
    return Chosen.TRANSPORT;
  }

  /** The name as the system property spells it. */
  public String propertyValue() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Chooses when first asked, and logs what it chose. */
  static Transport choose(@Nullable String forced, String operatingSystem) {
    if (forced != null) {
      return forced(forced);
    }
    boolean linux = operatingSystem.startsWith("Linux");
    List<String> passedOver = new ArrayList<>();
    boolean libraryMissing = false;
    for (Transport transport : values()) {
      boolean expected = transport == NIO || linux == (transport != KQUEUE);
      Throwable cause = expected ? transport.unavailabilityCause() : null;
      if (expected && cause == null) {
        // A missing library is a mistake in the class path; an old kernel is nobody's.
        LOG.log(
            libraryMissing ? System.Logger.Level.INFO : System.Logger.Level.DEBUG,
            "transport chosen: transport={0} passedOver={1}",
            transport.propertyValue(),
            passedOver);
        return transport;
      }
      if (cause != null) {
        libraryMissing |= linux && isLinkageError(cause);
        passedOver.add(transport.propertyValue() + ": " + rootMessage(cause));
      }
    }
    throw new AssertionError("NIO is always available");
  }

  private static Transport forced(String property) {
    Transport transport =
        Arrays.stream(values())
            .filter(
                candidate -> candidate.propertyValue().equals(property.toLowerCase(Locale.ROOT)))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "no such transport: treadle.transport="
                            + property
                            + "; use io_uring, epoll, kqueue or nio"));
    Throwable cause = transport.unavailabilityCause();
    if (cause != null) {
      throw new IllegalStateException(
          "transport not available: treadle.transport="
              + property
              + " cause="
              + rootMessage(cause)
              + "; leave the property out to use the best there is",
          cause);
    }
    LOG.log(System.Logger.Level.DEBUG, "transport forced: transport={0}", property);
    return transport;
  }

  private static boolean isLinkageError(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof LinkageError) {
        return true;
      }
    }
    return false;
  }

  private static String rootMessage(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage()).lines().findFirst().orElse(root.toString());
  }

  private static final class Chosen {
    static final Transport TRANSPORT =
        choose(System.getProperty("treadle.transport"), System.getProperty("os.name", ""));
  }
}
