package dev.treadle.io;

import dev.treadle.Treadle;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Awaiting Netty's futures, whose failures are checked. */
final class NettyWait {
  private NettyWait() {}

  /** Awaits it in a task, and throws an {@link IOException} as itself. */
  static <T extends @Nullable Object> T await(Future<T> future) throws IOException {
    try {
      return Treadle.await(future);
    } catch (CompletionException wrapped) {
      if (wrapped.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw wrapped;
    }
  }
}
