package dev.treadle;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import java.util.function.BiConsumer;

/** Netty's I/O handler, with a look at what registers: Netty tells nobody. */
final class RegistrationTap implements IoHandler {
  private final IoHandler handler;
  private final BiConsumer<IoRegistration, IoHandle> registered;

  RegistrationTap(IoHandler handler, BiConsumer<IoRegistration, IoHandle> registered) {
    this.handler = handler;
    this.registered = registered;
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    IoRegistration registration = handler.register(handle);
    registered.accept(registration, handle);
    return registration;
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
