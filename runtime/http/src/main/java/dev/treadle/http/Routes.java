package dev.treadle.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpRouteHandlerMetadata;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * Reactor Netty's routes, asked again with other methods where they have none for a request: as GET
 * for a HEAD, and as every method to tell whether it is the path or the method that is wrong.
 */
final class Routes implements HttpServerRoutes {
  private static final List<HttpMethod> METHODS =
      List.of(
          HttpMethod.GET,
          HttpMethod.HEAD,
          HttpMethod.POST,
          HttpMethod.PUT,
          HttpMethod.PATCH,
          HttpMethod.DELETE,
          HttpMethod.OPTIONS);

  /** Given in place of a response, it only finds out whether there is a route. */
  private static final HttpServerResponse PROBE =
      (HttpServerResponse)
          Proxy.newProxyInstance(
              Routes.class.getClassLoader(),
              new Class<?>[] {HttpServerResponse.class},
              (proxy, method, arguments) -> null);

  private final HttpServerRoutes routes = HttpServerRoutes.newRoutes();

  @Override
  public HttpServerRoutes route(
      Predicate<? super HttpServerRequest> condition,
      BiFunction<? super HttpServerRequest, ? super HttpServerResponse, ? extends Publisher<Void>>
          handler) {
    Objects.requireNonNull(handler, "handler");
    routes.route(
        condition,
        (request, response) ->
            response == PROBE ? Found.ROUTE : new Found(answer(handler, request, response)));
    return this;
  }

  private static Publisher<Void> answer(
      BiFunction<? super HttpServerRequest, ? super HttpServerResponse, ? extends Publisher<Void>>
          handler,
      HttpServerRequest request,
      HttpServerResponse response) {
    try {
      return handler.apply(request, response);
    } catch (RuntimeException failure) {
      // As Reactor Netty has it, which would not say that there was a route.
      return Mono.error(failure);
    }
  }

  /** A route of its own, with the one that Reactor Netty makes behind it. */
  @Override
  public HttpServerRoutes directory(
      String uri,
      Path directory,
      @Nullable Function<HttpServerResponse, HttpServerResponse> interceptor) {
    HttpServerRoutes files = HttpServerRoutes.newRoutes().directory(uri, directory, interceptor);
    String prefix = uri.startsWith("/") ? uri : "/" + uri;
    return route(
        request -> request.method().equals(HttpMethod.GET) && request.uri().startsWith(prefix),
        (request, response) -> files.apply(as(HttpMethod.GET, request), response));
  }

  @Override
  public HttpServerRoutes removeIf(Predicate<? super HttpRouteHandlerMetadata> condition) {
    routes.removeIf(condition);
    return this;
  }

  @Override
  public HttpServerRoutes comparator(Comparator<HttpRouteHandlerMetadata> comparator) {
    routes.comparator(comparator);
    return this;
  }

  @Override
  public HttpServerRoutes noComparator() {
    routes.noComparator();
    return this;
  }

  @Override
  public Publisher<Void> apply(HttpServerRequest request, HttpServerResponse response) {
    Publisher<Void> answer = routes.apply(request, response);
    if (answer instanceof Found found) {
      return found.answer();
    }
    if (!response.status().equals(HttpResponseStatus.NOT_FOUND)) {
      // A condition has failed.
      return answer;
    }
    // Nothing of that 404 has been sent.
    if (request.method().equals(HttpMethod.HEAD)
        && routes.apply(as(HttpMethod.GET, request), response.status(HttpResponseStatus.OK))
            instanceof Found found) {
      return found.answer();
    }
    List<String> allowed =
        METHODS.stream().filter(method -> has(method, request)).map(HttpMethod::name).toList();
    if (allowed.isEmpty()) {
      return response.status(HttpResponseStatus.NOT_FOUND).send();
    }
    return response
        .status(HttpResponseStatus.METHOD_NOT_ALLOWED)
        .header(HttpHeaderNames.ALLOW, String.join(", ", allowed))
        .send();
  }

  private boolean has(HttpMethod method, HttpServerRequest request) {
    return find(method, request) || method.equals(HttpMethod.HEAD) && find(HttpMethod.GET, request);
  }

  private boolean find(HttpMethod method, HttpServerRequest request) {
    return routes.apply(as(method, request), PROBE) == Found.ROUTE;
  }

  /**
   * The request as if it had another method, for a route's condition to look at. What the route's
   * handler gets is the request itself, which each method called on this is passed on to.
   */
  private static HttpServerRequest as(HttpMethod method, HttpServerRequest request) {
    return (HttpServerRequest)
        Proxy.newProxyInstance(
            Routes.class.getClassLoader(),
            new Class<?>[] {HttpServerRequest.class},
            (proxy, called, arguments) ->
                called.getName().equals("method") ? method : call(called, request, arguments));
  }

  private static @Nullable Object call(
      Method called, HttpServerRequest request, Object @Nullable [] arguments) throws Throwable {
    try {
      return called.invoke(request, arguments);
    } catch (InvocationTargetException failure) {
      throw Objects.requireNonNullElse(failure.getCause(), failure);
    }
  }

  /** What a route's handler answers: a route was found. */
  private record Found(Publisher<Void> answer) implements Publisher<Void> {
    static final Found ROUTE = new Found(Mono.empty());

    @Override
    public void subscribe(Subscriber<? super Void> subscriber) {
      answer.subscribe(subscriber);
    }
  }
}
