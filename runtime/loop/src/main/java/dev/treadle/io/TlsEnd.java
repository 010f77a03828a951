package dev.treadle.io;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import javax.net.ssl.SSLException;

/**
 * Behind Netty's TLS handler: makes of its events what the streams know. The data ends where the
 * peer's close_notify says so, and nowhere else, or whoever sits between the two could cut it off.
 */
final class TlsEnd extends ChannelInboundHandlerAdapter {
  private boolean established;
  private boolean ended;

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    switch (event) {
      case SslHandshakeCompletionEvent handshake -> established = handshake.isSuccess();
      case SslCloseCompletionEvent closed when closed.isSuccess() -> end(context);
      case SslCloseCompletionEvent cut -> truncated(context);
      case ChannelInputShutdownEvent shutdown when established -> truncated(context);
      // With half-closed connections allowed, Netty would wait for its handshake to time out.
      case ChannelInputShutdownEvent shutdown -> context.channel().close();
      default -> context.fireUserEventTriggered(event);
    }
  }

  private void end(ChannelHandlerContext context) {
    if (!ended) {
      ended = true;
      context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
  }

  private void truncated(ChannelHandlerContext context) {
    if (!ended) {
      ended = true;
      context.fireExceptionCaught(
          new SSLException("cut off: the peer has closed without TLS's close_notify"));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    boolean wrapped = cause instanceof DecoderException && cause.getCause() instanceof SSLException;
    context.fireExceptionCaught(wrapped ? cause.getCause() : cause);
  }
}
