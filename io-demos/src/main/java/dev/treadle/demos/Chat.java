package dev.treadle.demos;

import static dev.treadle.Treadle.group;

import dev.treadle.TaskGroup;
import dev.treadle.http.WebSocket;
import dev.treadle.http.WebSocketHandler;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.UncheckedIOException;
import java.util.Iterator;

/**
 * One page's side of the chat: a task that hears what the page says, and one that tells it what
 * happens. The first message is the name; what goes to the page is JSON.
 */
final class Chat implements WebSocketHandler {
  private static final int GOING_AWAY = 1001;
  private static final int REFUSED = 1008;

  private final ChatRoom room;

  Chat(ChatRoom room) {
    this.room = room;
  }

  @Override
  public void handle(WebSocket socket) {
    if (!isOfOurPage(socket.headers())) {
      socket.close(REFUSED, "open the chat's own page");
      return;
    }
    Iterator<String> heard = socket.texts().iterator();
    if (!heard.hasNext()) {
      return;
    }
    ChatRoom.Member member = room.join(heard.next());
    try {
      group(
          "chat of " + member.name(),
          both -> {
            both.spawn("to " + member.name(), () -> tell(member, socket, both));
            while (heard.hasNext()) {
              room.say(member, heard.next());
            }
            both.cancel();
          });
    } finally {
      room.leave(member);
    }
  }

  private void tell(ChatRoom.Member member, WebSocket socket, TaskGroup both) {
    try {
      for (String event : member.events()) {
        socket.send(event);
      }
      String dismissal = member.dismissal();
      if (dismissal != null) {
        socket.close(GOING_AWAY, dismissal);
      }
    } catch (UncheckedIOException gone) {
      // The page is closed, or its network is down; it may come back.
    }
    both.cancel();
  }

  /** A browser says which page it is; one of another site's must not listen in. */
  private static boolean isOfOurPage(HttpHeaders headers) {
    String origin = headers.get("origin");
    return origin == null || origin.endsWith("://" + headers.get("host"));
  }
}
