package dev.treadle.http;

import dev.treadle.Treadle;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.websocket.WebsocketInbound;
import reactor.netty.http.websocket.WebsocketOutbound;

/**
 * A WebSocket, on the server or the client. Reactor Netty answers pings and the closing handshake;
 * {@link #inbound()} and {@link #outbound()} are its own, for what is not here.
 *
 * <pre>{@code
 * routes.ws("/echo", webSocket(socket -> {
 *   for (String text : socket.texts()) {
 *     socket.send(text);
 *   }
 * }))
 * }</pre>
 *
 * <p>One task may receive, any number may send. Confined to its loop's thread.
 */
public final class WebSocket {
  private final WebsocketInbound inbound;
  private final WebsocketOutbound outbound;
  private final Channel channel;
  private final Inbox<WebSocketFrame, Message> inbox;
  private @Nullable WebSocketCloseStatus closeStatus;

  WebSocket(WebsocketInbound inbound, WebsocketOutbound outbound, Channel channel, int limit) {
    this.inbound = inbound;
    this.outbound = outbound;
    this.channel = channel;
    this.inbox = new Frames(inbound, limit, "messages of " + channel.remoteAddress());
    inbound.receiveCloseStatus().subscribe(status -> closeStatus = status);
  }

  /** A message, whose parts have been put together. */
  public sealed interface Message {}

  /**
   * A message of text.
   *
   * @param text the text
   */
  public record Text(String text) implements Message {}

  /**
   * A message of bytes.
   *
   * @param bytes the bytes, which are the receiver's to keep
   */
  public record Binary(byte[] bytes) implements Message {}

  /** Reactor Netty's own, with the headers of the request and the status of the closing. */
  public WebsocketInbound inbound() {
    return inbound;
  }

  /** Reactor Netty's own, for frames of other kinds. */
  public WebsocketOutbound outbound() {
    return outbound;
  }

  /** The headers of the request that opened it; on a client, of the response. */
  public HttpHeaders headers() {
    return inbound.headers();
  }

  /**
   * Suspends until there is a message; null when the other side has closed or is gone.
   *
   * @throws UncheckedIOException if a message is longer than the limit, or is none
   * @throws IllegalStateException if another task is receiving
   */
  public @Nullable Message receive() {
    return inbox.hasNext() ? inbox.next() : null;
  }

  /** The messages, until the other side closes or is gone. */
  public Iterable<Message> messages() {
    return inbox;
  }

  /**
   * The messages as text, until the other side closes or is gone. One of bytes throws {@link
   * IllegalStateException}.
   */
  public Iterable<String> texts() {
    return () ->
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return inbox.hasNext();
          }

          @Override
          public String next() {
            if (inbox.next() instanceof Text message) {
              return message.text();
            }
            throw new IllegalStateException(
                "a binary message where text was expected: source="
                    + inbox
                    + "; iterate over messages()");
          }
        };
  }

  /**
   * Sends text. Suspends while more waits to be written than Netty's high water mark: one that
   * reads slowly holds up those alone who send to it.
   *
   * @throws UncheckedIOException if the other side has closed or is gone
   */
  public void send(String text) {
    send(new TextWebSocketFrame(true, 0, ByteBufUtil.writeUtf8(channel.alloc(), text)));
  }

  /** The same with bytes, which must not change before this returns. */
  public void send(byte[] bytes) {
    send(new BinaryWebSocketFrame(Unpooled.copiedBuffer(bytes)));
  }

  private void send(WebSocketFrame frame) {
    try {
      Treadle.checkCancelled();
      if (!channel.isActive() || isClosing()) {
        throw lost(new ClosedChannelException());
      }
    } catch (Throwable refused) {
      frame.release();
      throw refused;
    }
    ChannelFuture written = channel.writeAndFlush(frame);
    if (!written.isDone()) {
      if (!channel.isWritable()) {
        Treadle.await(written);
      }
    } else if (!written.isSuccess()) {
      throw lost(written.cause());
    }
  }

  /**
   * Closes with a status of RFC 6455 and a reason; waits until that is sent. What is received
   * meanwhile is dropped. Does nothing the second time.
   */
  public void close(int status, String reason) {
    Treadle.await(outbound.sendClose(status, reason));
  }

  /** The status with which either side has closed; -1 if neither has, or the other is just gone. */
  public int closeStatus() {
    return closeStatus == null ? -1 : closeStatus.code();
  }

  boolean isClosing() {
    return closeStatus != null;
  }

  /** Closes, and waits for nothing. */
  void closing(WebSocketCloseStatus status) {
    outbound.sendClose(status.code(), status.reasonText()).subscribe();
  }

  boolean isWatched() {
    return inbox.isWatched();
  }

  private UncheckedIOException lost(Throwable cause) {
    IOException checked = cause instanceof IOException io ? io : new IOException(cause);
    return new UncheckedIOException(
        "message not sent: connection=" + channel + " cause=" + cause, checked);
  }

  @Override
  public String toString() {
    return "WebSocket[" + channel.remoteAddress() + (channel.isActive() ? "]" : " closed]");
  }

  private static final class Frames extends Inbox<WebSocketFrame, Message> {
    private final int limit;

    Frames(WebsocketInbound inbound, int limit, String owner) {
      super(inbound.aggregateFrames(limit).receiveFrames(), owner);
      this.limit = limit;
    }

    @Override
    boolean isEnd(Throwable cause) {
      return cause instanceof IOException || cause instanceof AbortedException;
    }

    @Override
    @Nullable Message keep(WebSocketFrame frame) {
      if (frame.content().readableBytes() > limit) {
        // Netty's aggregator looks at those alone that come in parts.
        onError(new TooLongFrameException("message over its limit: limit=" + limit));
        return null;
      }
      return switch (frame) {
        case TextWebSocketFrame text -> new Text(text.text());
        case BinaryWebSocketFrame bytes -> new Binary(ByteBufUtil.getBytes(bytes.content()));
        default -> null;
      };
    }
  }
}
