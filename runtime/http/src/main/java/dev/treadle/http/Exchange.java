package dev.treadle.http;

import dev.treadle.DeadlineExceededException;
import dev.treadle.Treadle;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** One request, and its handler's task. */
final class Exchange extends Served {
  private final HttpHandler handler;
  private final @Nullable Duration deadline;
  private final @Nullable IncomingBody watched;
  private final Request request;
  private final Response response;
  private boolean isLast;

  Exchange(
      HttpHandler handler,
      @Nullable Duration deadline,
      HttpServerRequest request,
      HttpServerResponse response) {
    super(((Connection) response).channel());
    this.handler = handler;
    this.deadline = deadline;
    // A length is counted by Netty; only chunks can turn out to be none.
    this.watched =
        request.requestHeaders().contains(HttpHeaderNames.TRANSFER_ENCODING)
            ? IncomingBody.watch(channel)
            : null;
    this.request = new Request(request, watched);
    this.response =
        new Response(
            response,
            channel,
            request.method().equals(HttpMethod.HEAD) ? this::endWithoutBody : null);
  }

  @Override
  String name() {
    return request.name();
  }

  @Override
  void handle() throws Exception {
    if (deadline == null) {
      handler.handle(request, response);
    } else {
      Treadle.withTimeout(deadline, () -> handler.handle(request, response));
    }
    end();
  }

  @Override
  void failed(Throwable failure) {
    if (failure instanceof HttpException answer) {
      if (answer.status() >= 500) {
        report(failure);
      }
      answer(answer.status(), String.valueOf(answer.getMessage()));
    } else if (!isClientGone(failure) && !isMalformed()) {
      report(failure);
      boolean late = failure instanceof DeadlineExceededException;
      answer(late ? 503 : 500, late ? "not done in time" : "");
    }
  }

  @Override
  void refuse() {
    if (!response.isStarted()) {
      response.netty().keepAlive(false);
    }
    answer(503, "the server is going down");
  }

  @Override
  void closeAfterwards() {
    isLast = connection() == channel;
    if (isLast && !response.isStarted()) {
      response.netty().keepAlive(false);
    }
  }

  /** Answers with an error, or breaks off the answer that has begun. */
  private void answer(int status, String text) {
    if (!channel.isActive()) {
      return;
    }
    if (response.isStarted()) {
      // Whoever reads it must not take what there is for the whole.
      channel.close();
      return;
    }
    // What else the handler has set was meant for another answer.
    String connection = response.headers().get(HttpHeaderNames.CONNECTION);
    response.headers().clear();
    if (connection != null) {
      response.headers().set(HttpHeaderNames.CONNECTION, connection);
    }
    response.status(status);
    if (!text.isEmpty()) {
      response.header(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8").send(text);
    }
    end();
    if (status == HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE.code()) {
      IncomingBody.limitRest(channel);
    }
  }

  /** The client has the headers, which is all it has asked for: the rest is in vain. */
  private void endWithoutBody() {
    end();
    cancel();
  }

  /** Reactor Netty has answered, and closes the connection. */
  private boolean isMalformed() {
    return watched != null && watched.malformed() != null;
  }

  private void end() {
    complete();
    if (isLast) {
      // When the last of it has been written.
      ((Connection) response.netty()).onTerminate().subscribe(null, null, channel::close);
    }
  }
}
