package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.testing.TreadleTest;
import java.util.ArrayList;
import java.util.List;

class ChatRoomTest {
  @TreadleTest
  void shouldTellEverybodyWhenSomebodyComesSpeaksAndLeaves() {
    ChatRoom room = new ChatRoom();
    ChatRoom.Member ann = room.join("Ann");
    ChatRoom.Member bob = room.join(" Bob\n Baker ");
    room.say(bob, "  hello ");
    room.say(bob, " \n");
    room.leave(bob);
    room.leave(bob);
    room.leave(ann);

    assertThat(heard(ann))
        .satisfiesExactly(
            event ->
                assertThat(event)
                    .isEqualTo(
                        "{\"type\":\"welcome\",\"name\":\"Ann\",\"people\":[\"Ann\"],"
                            + "\"history\":[]}"),
            event ->
                assertThat(event)
                    .isEqualTo(
                        "{\"type\":\"joined\",\"name\":\"Bob Baker\","
                            + "\"people\":[\"Ann\",\"Bob Baker\"]}"),
            event ->
                assertThat(event)
                    .startsWith("{\"type\":\"said\",\"id\":")
                    .contains("\"name\":\"Bob Baker\",\"text\":\"hello\",\"time\":\"20"),
            event ->
                assertThat(event)
                    .isEqualTo("{\"type\":\"left\",\"name\":\"Bob Baker\",\"people\":[\"Ann\"]}"));
    assertThat(ann.dismissal()).isNull();
  }

  @TreadleTest
  void shouldGiveANameOfTheirOwnWhenItIsTakenMissingOrLong() {
    ChatRoom room = new ChatRoom();
    for (String wanted : List.of("Ann", "Ann", "Ann", "", " ", "x".repeat(23) + "\uD83D\uDE42")) {
      room.join(wanted);
    }

    assertThat(room.people())
        .containsExactly("Ann", "Ann 2", "Ann 3", "somebody", "somebody 2", "x".repeat(23));
  }

  @TreadleTest
  void shouldShowTheLastHundredWhenSomebodyComesLate() {
    ChatRoom room = new ChatRoom();
    ChatRoom.Member ann = room.join("Ann");
    for (int n = 1; n <= 130; n++) {
      room.say(ann, "message " + n + ".");
    }
    ChatRoom.Member late = room.join("Late");
    room.leave(late);

    assertThat(heard(late).getFirst())
        .contains("\"history\":[{\"type\":\"said\"", "message 31.", "message 130.")
        .doesNotContain("message 30.");
  }

  @TreadleTest
  void shouldDismissWhoDoesNotReadWhenTooMuchWaits() {
    ChatRoom room = new ChatRoom();
    ChatRoom.Member asleep = room.join("asleep");
    ChatRoom.Member ann = room.join("Ann");
    for (int n = 0; n < 1000 && room.people().size() == 2; n++) {
      room.say(ann, "wake up");
      // Ann reads what she is told.
      assertThat(ann.events().iterator().next()).isNotEmpty();
    }

    assertThat(room.people()).containsExactly("Ann");
    assertThat(asleep.dismissal()).isEqualTo("too far behind");
    assertThat(heard(asleep)).hasSize(256);
  }

  @TreadleTest
  void shouldLetNobodyStayWhenClosed() {
    ChatRoom room = new ChatRoom();
    ChatRoom.Member ann = room.join("Ann");
    room.close();
    ChatRoom.Member late = room.join("Late");

    assertThat(heard(ann)).hasSize(1);
    assertThat(ann.dismissal()).isEqualTo("the server has ended");
    assertThat(heard(late)).isEmpty();
    assertThat(late.dismissal()).isEqualTo("the server has ended");
  }

  private static List<String> heard(ChatRoom.Member member) {
    List<String> heard = new ArrayList<>();
    member.events().forEach(heard::add);
    return heard;
  }
}
