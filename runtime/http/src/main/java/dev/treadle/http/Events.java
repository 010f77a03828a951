package dev.treadle.http;

import java.time.Duration;

/**
 * Server-sent events, as the HTML standard defines them; made by {@link Response#events()}.
 *
 * <pre>{@code
 * var events = response.events();
 * while (true) {
 *   events.send("time", LocalTime.now().toString());
 *   sleep(ofSeconds(1));
 * }
 * }</pre>
 *
 * <p>Each call writes at once and suspends as {@link Response#write(CharSequence)} does, with what
 * that throws. When the client goes away the handler's task is cancelled, so that a loop like the
 * above needs no other end. Confined to its loop's thread.
 */
public final class Events {
  private final Response response;

  Events(Response response) {
    this.response = response;
  }

  /** Sends an event of type {@code message}; the data may have many lines. */
  public void send(String data) {
    response.write(data(new StringBuilder(data.length() + 16), data));
  }

  /**
   * The same of another type.
   *
   * @throws IllegalArgumentException if the type has more than one line
   */
  public void send(String event, String data) {
    response.write(data(field("event", event), data));
  }

  /**
   * The same with an id, which a client that reconnects sends back as {@code Last-Event-ID}.
   *
   * @throws IllegalArgumentException if the type or the id has more than one line, or the id a NUL
   */
  public void send(String event, String data, String id) {
    if (id.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("an id with NUL, which clients ignore; use other text");
    }
    response.write(data(field("event", event).append(field("id", id)), data));
  }

  /** Tells the client how long to wait before it reconnects. */
  public void retry(Duration delay) {
    response.write(field("retry", Long.toString(delay.toMillis())).append('\n'));
  }

  /** Sends a line that clients ignore, to keep the connection open. */
  public void comment(String text) {
    response.write(field("", text).append('\n'));
  }

  private static StringBuilder field(String name, String value) {
    if (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0) {
      throw new IllegalArgumentException(
          "a field of more than one line: field=" + name + " value=" + value + "; only data may");
    }
    return new StringBuilder(name).append(": ").append(value).append('\n');
  }

  private static StringBuilder data(StringBuilder text, String data) {
    // Not lines(), which drops an empty last one. A line may end in CR, LF or both.
    for (String line : data.split("\r\n|\r|\n", -1)) {
      text.append("data: ").append(line).append('\n');
    }
    return text.append('\n');
  }
}
