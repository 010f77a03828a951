package dev.treadle.http;

import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import reactor.netty.DisposableChannel;
import reactor.netty.http.websocket.WebsocketInbound;
import reactor.netty.http.websocket.WebsocketOutbound;

/** One WebSocket, and its handler's task. */
final class Conversation extends Served {
  private final WebSocketHandler handler;
  private final WebSocket socket;
  private final String name;

  Conversation(
      WebSocketHandler handler, int limit, WebsocketInbound inbound, WebsocketOutbound outbound) {
    super(((DisposableChannel) inbound).channel());
    this.handler = handler;
    this.socket = new WebSocket(inbound, outbound, channel, limit);
    this.name = "WebSocket " + channel.remoteAddress();
  }

  @Override
  String name() {
    return name;
  }

  @Override
  boolean isClientGone(Throwable failure) {
    return super.isClientGone(failure)
        || failure instanceof UncheckedIOException && socket.isClosing();
  }

  @Override
  void handle() throws Exception {
    // Reactor Netty does not cancel what serves a WebSocket.
    channel.closeFuture().addListener(closed -> disconnected());
    handler.handle(socket);
    end(WebSocketCloseStatus.NORMAL_CLOSURE);
  }

  /** Who waits for a message, or has seen the last, knows without a cancellation. */
  private void disconnected() {
    if (!socket.isWatched() && !socket.isClosing()) {
      cancel();
    }
  }

  @Override
  void failed(Throwable failure) {
    if (failure.getCause() instanceof IOException io
        && io.getCause() instanceof TooLongFrameException) {
      end(WebSocketCloseStatus.MESSAGE_TOO_BIG);
    } else if (!isClientGone(failure)) {
      report(failure);
      end(WebSocketCloseStatus.INTERNAL_SERVER_ERROR);
    }
  }

  @Override
  void refuse() {
    end(WebSocketCloseStatus.ENDPOINT_UNAVAILABLE);
  }

  @Override
  void closeAfterwards() {
    // It is the only one on its connection, and ends with it as it is.
  }

  private void end(WebSocketCloseStatus status) {
    if (channel.isActive()) {
      socket.closing(status);
    }
    complete();
  }
}
