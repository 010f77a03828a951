package dev.treadle.demos;

import dev.treadle.queue.AsyncQueue;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who is in the chat and what was said. There is no lock: everything happens on the loop's thread,
 * and nothing here suspends.
 */
final class ChatRoom {
  private static final String ENDED = "the server has ended";
  private static final int LONGEST_NAME = 24;
  private static final int LONGEST_TEXT = 2000;
  private static final int REMEMBERED = 100;

  /** Who is further behind reads too slowly, and must not fill the memory. */
  private static final int MOST_BEHIND = 256;

  private final Map<String, Member> members = new LinkedHashMap<>();
  private final ArrayDeque<Map<String, Object>> history = new ArrayDeque<>();

  /** Numbers grow over a restart of the server, too: pages that come back know what is new. */
  private long lastId = System.currentTimeMillis();

  private boolean closed;

  /** Lets somebody in, under that name or one like it; the events go to the member's outbox. */
  Member join(String wanted) {
    Member member = new Member(freeName(wanted));
    if (closed) {
      member.dismiss(ENDED);
      return member;
    }
    members.put(member.name, member);
    Map<String, Object> welcome = event("welcome");
    welcome.put("name", member.name);
    welcome.put("people", people());
    welcome.put("history", List.copyOf(history));
    member.send(Json.text(welcome));
    tellAll(about("joined", member), member);
    return member;
  }

  /** Takes a member out; does nothing the second time. */
  void leave(Member member) {
    member.outbox.close();
    if (members.remove(member.name, member)) {
      tellAll(about("left", member), member);
    }
  }

  /** Lets everybody go, and nobody in any more. */
  void close() {
    closed = true;
    members.values().forEach(member -> member.dismiss(ENDED));
    members.clear();
  }

  /** A member says something; blank is nothing, and of very much only the beginning is said. */
  void say(Member member, String text) {
    String said = shortened(text.strip(), LONGEST_TEXT);
    if (said.isEmpty()) {
      return;
    }
    Map<String, Object> message = event("said");
    message.put("id", ++lastId);
    message.put("name", member.name);
    message.put("text", said);
    message.put("time", Instant.now());
    history.add(message);
    if (history.size() > REMEMBERED) {
      history.remove();
    }
    tellAll(message, null);
  }

  /** The names, in the order in which they came. */
  List<String> people() {
    return List.copyOf(members.keySet());
  }

  private Map<String, Object> about(String type, Member member) {
    Map<String, Object> event = event(type);
    event.put("name", member.name);
    event.put("people", people());
    return event;
  }

  private void tellAll(Map<String, Object> event, @Nullable Member except) {
    String text = Json.text(event);
    for (Member member : List.copyOf(members.values())) {
      if (member != except && !member.send(text)) {
        member.dismiss("too far behind");
        leave(member);
      }
    }
  }

  private String freeName(String wanted) {
    String name = shortened(wanted.strip().replaceAll("\\s+", " "), LONGEST_NAME);
    if (name.isEmpty()) {
      name = "somebody";
    }
    String free = name;
    for (int n = 2; members.containsKey(free); n++) {
      free = name + " " + n;
    }
    return free;
  }

  /** Never cut inside a surrogate pair. */
  private static String shortened(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    return text.substring(0, Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most);
  }

  private static Map<String, Object> event(String type) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("type", type);
    return event;
  }

  /** Somebody in the chat; the outbox is closed when that is over. */
  static final class Member {
    private final String name;
    private final AsyncQueue<String> outbox = AsyncQueue.bounded(MOST_BEHIND);

    private @Nullable String dismissal;

    private Member(String name) {
      this.name = name;
    }

    String name() {
      return name;
    }

    /** The events that are to be sent, as JSON; ends when the member has left or must go. */
    Iterable<String> events() {
      return outbox;
    }

    /** Why the member must go; null if it need not. */
    @Nullable String dismissal() {
      return dismissal;
    }

    private void dismiss(String reason) {
      dismissal = reason;
      outbox.close();
    }

    private boolean send(String event) {
      return outbox.offer(event);
    }
  }
}
