package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void shouldNestInTheirOrderWhenGivenMapsAndLists() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("b", Arrays.asList(1, -2.5, true, null));
    map.put("a", List.of(Map.of(), List.of(), "x"));

    assertThat(Json.text(map)).isEqualTo("{\"b\":[1,-2.5,true,null],\"a\":[{},[],\"x\"]}");
  }

  @Test
  void shouldEscapeWhatJsonAndJavaScriptDoNotTakeWhenGivenText() {
    assertThat(Json.text("a\"b\\c\nd\0e\u2028f ä \uD83D\uDE42"))
        .isEqualTo("\"a\\\"b\\\\c\\u000ad\\u0000e\\u2028f ä \uD83D\uDE42\"");
    assertThat(Json.text("\uD83D x \uDE42")).isEqualTo("\"\\ud83d x \\ude42\"");
  }
}
