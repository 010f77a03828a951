package dev.treadle.demos;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The pages in a real browser, as two people see them. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChatPageTest {
  private Browsers browsers;

  @BeforeAll
  void startBrowser() {
    browsers = Browsers.start();
  }

  @AfterAll
  void endBrowser() {
    if (browsers != null) {
      browsers.close();
    }
  }

  @Test
  void shouldShowWhatIsSaidAndWhoIsThereWhenTwoPagesChat() throws Exception {
    try (Running http = Running.demo("http", "--port", "0")) {
      String url = "http://127.0.0.1:" + http.port() + "/chat";
      Page ann = joined(url, "Ann");
      Page bob = joined(url, "Bob");

      assertThat(ann.locator("#people li")).hasText(new String[] {"Ann (you)", "Bob"});
      assertThat(bob.locator("#people li")).hasText(new String[] {"Ann", "Bob (you)"});
      assertThat(ann.locator("#messages .note")).hasText(new String[] {"Bob joined"});

      say(ann, "Hello <b>Bob</b> & all");
      assertThat(bob.locator("#messages .said p")).hasText(new String[] {"Hello <b>Bob</b> & all"});
      say(bob, "Hello Ann \uD83D\uDE42 \"quoted\"");
      assertThat(ann.locator("#messages .said p"))
          .hasText(new String[] {"Hello <b>Bob</b> & all", "Hello Ann \uD83D\uDE42 \"quoted\""});
      assertThat(ann.locator("#messages .said.mine")).hasCount(1);

      Page late = joined(url, "Bob");
      assertThat(late.locator("#status")).hasText("connected as Bob 2");
      assertThat(late.locator("#messages .said p")).hasCount(2);

      late.close();
      bob.close();
      assertThat(ann.locator("#people li")).hasText(new String[] {"Ann (you)"});
      assertThat(ann.locator("#messages .note").last()).hasText("Bob left");
      Assertions.assertEquals("", http.end().err());
    }
  }

  @Test
  void shouldReconnectAndKeepWhatWasSaidWhenTheServerComesBack() throws Exception {
    Page ann;
    String port;
    try (Running http = Running.demo("http", "--port", "0")) {
      port = Integer.toString(http.port());
      ann = joined("http://127.0.0.1:" + port + "/chat", "Ann");
      say(ann, "before");
      assertThat(ann.locator("#messages .said p")).hasText(new String[] {"before"});
    }
    assertThat(ann.locator("#status")).containsText("reconnecting");
    assertThat(ann.locator("#chat button")).isDisabled();

    try (Running http = Running.demo("http", "--port", port)) {
      assertThat(ann.locator("#status")).hasText("connected as Ann");
      say(ann, "after");
      assertThat(ann.locator("#messages .said p")).hasText(new String[] {"before", "after"});
      Assertions.assertEquals("", http.end().err());
    }
  }

  @Test
  void shouldShowTheTimeAndLinkEveryPageWhenTheIndexIsOpened() throws Exception {
    try (Running http = Running.demo("http", "--port", "0");
        Page index = browsers.browser().newPage()) {
      index.navigate("http://127.0.0.1:" + http.port() + "/");

      assertThat(index.locator("#now")).hasText(Pattern.compile("\\d\\d:\\d\\d:\\d\\d"));
      assertThat(index.locator("dl a")).hasCount(8);
      index.locator("a[href='/chat']").click();
      assertThat(index).hasTitle("Chat · Treadle");
    }
  }

  /** A page of somebody's own browser, in the chat. */
  private Page joined(String url, String name) {
    Browser browser = browsers.browser();
    Page page = browser.newContext().newPage();
    page.navigate(url);
    page.locator("#name").fill(name);
    page.locator("#join button").click();
    assertThat(page.locator("#status")).containsText("connected as " + name);
    return page;
  }

  private static void say(Page page, String text) {
    page.locator("#text").fill(text);
    page.locator("#text").press("Enter");
  }
}
