package dev.treadle;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenHandlesTest {
  private final Thread loop = Thread.currentThread();
  private final OpenHandles open = new OpenHandles(executor -> new Registering());
  private final IoHandler handler = open.newHandler(new OnThisThread());
  private final List<String> closed = new ArrayList<>();

  @Test
  void shouldForgetEachHandleWhenItIsCancelled() throws Exception {
    IoRegistration first = handler.register(new Named("first"));
    IoRegistration second = handler.register(new Named("second"));
    IoRegistration third = handler.register(new Named("third"));

    assertThat(second.cancel()).isTrue();
    assertThat(open.size()).isEqualTo(2);
    assertThat(second.cancel()).isFalse();
    assertThat(open.size()).isEqualTo(2);
    open.close(failure -> closed.add(failure.toString()));
    assertThat(closed).containsExactlyInAnyOrder("first", "third");

    first.cancel();
    assertThat(open.isAny()).isTrue();
    third.cancel();
    assertThat(open.size()).isZero();
    assertThat(open.isAny()).isFalse();
  }

  @Test
  void shouldFindAtTheEndWhatAnotherThreadHasCancelled() throws Exception {
    IoRegistration registration = handler.register(new Named("one"));

    Thread other = new Thread(registration::cancel);
    other.start();
    other.join();

    assertThat(open.size()).isEqualTo(1);
    assertThat(open.isAny()).isFalse();
    assertThat(open.size()).isZero();
  }

  private final class OnThisThread implements ThreadAwareExecutor {
    @Override
    public boolean isExecutorThread(Thread thread) {
      return thread == loop;
    }

    @Override
    public void execute(Runnable task) {
      throw new AssertionError("nothing is handed over");
    }
  }

  private final class Named implements IoHandle {
    private final String name;

    Named(String name) {
      this.name = name;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {}

    @Override
    public void close() {
      closed.add(name);
    }
  }

  /** Registers, and does no I/O. */
  private static final class Registering implements IoHandler {
    @Override
    public IoRegistration register(IoHandle handle) {
      return new Registration();
    }

    @Override
    public int run(IoHandlerContext context) {
      return 0;
    }

    @Override
    public void destroy() {}

    @Override
    public void wakeup() {}

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
      return true;
    }
  }

  private static final class Registration implements IoRegistration {
    private volatile boolean cancelled;

    @Override
    public <T> T attachment() {
      throw new AssertionError("nobody asks");
    }

    @Override
    public long submit(IoOps ops) {
      return 0;
    }

    @Override
    public boolean isValid() {
      return !cancelled;
    }

    @Override
    public boolean cancel() {
      boolean first = !cancelled;
      cancelled = true;
      return first;
    }
  }
}
