package dev.treadle.demos;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Writes JSON, as much of it as the demos need; they read none. */
final class Json {
  private Json() {}

  /**
   * The text of a map with its keys in their order, an iterable, a number, a boolean, null, or of
   * anything else as a string.
   */
  static String text(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Number number -> number.toString();
      case Boolean truth -> truth.toString();
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> string(String.valueOf(entry.getKey())) + ":" + text(entry.getValue()))
              .collect(Collectors.joining(",", "{", "}"));
      case Iterable<?> several ->
          StreamSupport.stream(several.spliterator(), false)
              .map(Json::text)
              .collect(Collectors.joining(",", "[", "]"));
      default -> string(value.toString());
    };
  }

  private static String string(String value) {
    StringBuilder text = new StringBuilder(value.length() + 2).append('"');
    for (int at = 0; at < value.length(); at++) {
      char c = value.charAt(at);
      // The two line separators end a line in older JavaScript; half a pair is no character at all.
      if (c < ' '
          || c == '\u2028'
          || c == '\u2029'
          || Character.isSurrogate(c) && !paired(value, at)) {
        text.append(String.format("\\u%04x", (int) c));
      } else if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else {
        text.append(c);
      }
    }
    return text.append('"').toString();
  }

  private static boolean paired(String value, int at) {
    return Character.isHighSurrogate(value.charAt(at))
        ? at + 1 < value.length() && Character.isLowSurrogate(value.charAt(at + 1))
        : at > 0 && Character.isHighSurrogate(value.charAt(at - 1));
  }
}
