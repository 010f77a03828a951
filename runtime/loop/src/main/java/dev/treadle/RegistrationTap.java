package dev.treadle;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import java.util.function.BiFunction;

/** Netty's I/O handler, with a hand in what registers: Netty tells nobody. */
final class RegistrationTap implements IoHandler {
  private final IoHandler handler;
  private final BiFunction<IoRegistration, IoHandle, IoRegistration> registered;

  /**
   * Stands before a handler.
   *
   * @param registered gives what the handle is told it is registered by
   */
  RegistrationTap(
      IoHandler handler, BiFunction<IoRegistration, IoHandle, IoRegistration> registered) {
    this.handler = handler;
    this.registered = registered;
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return registered.apply(handler.register(handle), handle);
  }

  @Override
  public void initialize() {
    handler.initialize();
  }

  @Override
  public int run(IoHandlerContext context) {
    return handler.run(context);
  }

  @Override
  public void prepareToDestroy() {
    handler.prepareToDestroy();
  }

  @Override
  public void destroy() {
    handler.destroy();
  }

  @Override
  public void wakeup() {
    handler.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return handler.isCompatible(handleType);
  }
}
