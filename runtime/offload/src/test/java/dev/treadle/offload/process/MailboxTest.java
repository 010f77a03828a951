package dev.treadle.offload.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.offload.internal.Frames;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The home's rules, step by step, as frames and futures. */
class MailboxTest {
  private final AtomicInteger drained = new AtomicInteger();

  /** What another process is told. */
  private static final class Told implements Attachment.Sender {
    final List<String> frames = new ArrayList<>();

    @Override
    public void send(byte[] frame) {
      ByteBuffer header = ByteBuffer.wrap(frame);
      frames.add(header.get(4) + " " + header.getLong(5));
    }

    @Override
    public void closed() {
      frames.add("closed");
    }

    @Override
    public void ended() {
      frames.add("ended");
    }
  }

  private Mailbox box(int capacity) {
    return new Mailbox("box", capacity, drained::incrementAndGet);
  }

  private static Attachment attach(Mailbox box, Told told) {
    Attachment attachment = new Attachment(box, told, true, true);
    attachment.attach();
    return attachment;
  }

  private static byte[] item(int number) {
    byte[] item = new byte[Frames.HEADER + 1];
    item[Frames.HEADER] = (byte) number;
    return item;
  }

  private static int number(Delivery delivery) {
    return delivery.item()[Frames.HEADER];
  }

  @Test
  void shouldPromiseAPartOfTheRoomAndCountItAsTaken() {
    Mailbox box = box(16);
    Told told = new Told();
    Attachment remote = attach(box, told);
    remote.want();
    assertThat(told.frames).containsExactly(Kinds.GRANT + " 2");
    for (int i = 0; i < 14; i++) {
      assertThat(box.offer(item(i))).isEqualTo(State.OPEN);
    }
    assertThat(box.offer(item(14))).isNull();
    assertThat(told.frames).endsWith(Kinds.RECALL + " 0");
    remote.arrive(item(15));
    remote.back(1);
    assertThat(box.offer(item(16))).isEqualTo(State.OPEN);
    assertThat(box.offer(item(17))).isNull();
  }

  @Test
  void shouldGiveLittleRoomOnlyToWhoWaitsForIt() {
    Mailbox box = box(2);
    Told told = new Told();
    Attachment remote = attach(box, told);
    remote.want();
    remote.arrive(item(1));
    remote.want();
    remote.arrive(item(2));
    remote.want();
    assertThat(told.frames).containsExactly(Kinds.GRANT + " 1", Kinds.GRANT + " 1");
    assertThat(number(box.poll())).isEqualTo(1);
    assertThat(told.frames).hasSize(3).endsWith(Kinds.GRANT + " 1");
  }

  @Test
  void shouldServeWhoWaitsForRoomInOrder() {
    Mailbox box = box(1);
    Told told = new Told();
    Attachment remote = attach(box, told);
    box.put(item(0));
    CompletableFuture<State> first = box.put(item(1));
    remote.want();
    CompletableFuture<State> third = box.put(item(3));
    assertThat(number(box.poll())).isZero();
    assertThat(first).isCompletedWithValue(State.OPEN);
    assertThat(told.frames).isEmpty();
    assertThat(number(box.poll())).isEqualTo(1);
    assertThat(told.frames).containsExactly(Kinds.GRANT + " 1", Kinds.RECALL + " 0");
    assertThat(third).isNotDone();
    remote.arrive(item(2));
    remote.back(0);
    assertThat(number(box.poll())).isEqualTo(2);
    assertThat(third).isCompletedWithValue(State.OPEN);
    assertThat(number(box.poll())).isEqualTo(3);
  }

  @Test
  void shouldGiveBackInOrderAtTheFrontWhatADeadConsumerHasNotReceived() {
    Mailbox box = box(10);
    Told told = new Told();
    Attachment remote = attach(box, told);
    for (int i = 1; i <= 5; i++) {
      box.put(item(i));
    }
    remote.take(4);
    assertThat(told.frames).hasSize(4);
    remote.acknowledged(1);
    remote.returned(3);
    remote.detach();
    remote.detach();
    List<Integer> left = new ArrayList<>();
    for (Delivery next = box.poll(); next.seq() == 0; next = box.poll()) {
      left.add(number(next));
    }
    assertThat(left).containsExactlyInAnyOrder(2, 3, 4, 5).startsWith(2, 4).endsWith(5);
  }

  @Test
  void shouldEndOnlyWhenNothingCanComeAnyMore() {
    Mailbox box = box(100);
    Told producing = new Told();
    Told consuming = new Told();
    Attachment producer = attach(box, producing);
    Attachment consumer = attach(box, consuming);
    producer.want();
    box.put(item(1));
    consumer.take(1);
    box.close();
    box.close();
    CompletableFuture<Delivery> taker = box.take();
    assertThat(producing.frames).contains(Kinds.CLOSED + " " + State.CLOSED.ordinal(), "closed");
    // An item is on its way here, and one on its way to a consumer.
    producer.arrive(item(2));
    producer.back(11);
    assertThat(number(taker.join())).isEqualTo(2);
    box.received();
    assertThat(drained).hasValue(0);
    assertThat(box.poll()).isSameAs(Delivery.NOTHING);
    CompletableFuture<Delivery> last = box.take();
    consumer.acknowledged(1);
    assertThat(last.join()).isSameAs(Delivery.END);
    assertThat(consuming.frames).endsWith(Kinds.END + " 0", "ended");
    assertThat(drained).hasValue(1);
    assertThat(box.put(item(3))).isCompletedWithValue(State.CLOSED);
    Told late = new Told();
    attach(box, late);
    assertThat(late.frames).contains("closed", "ended");
  }

  @Test
  void shouldDropAllWhenAbandoned() {
    Mailbox box = box(1);
    Told told = new Told();
    Attachment consumer = attach(box, told);
    box.put(item(1));
    CompletableFuture<State> putter = box.put(item(2));
    consumer.take(1);
    box.abandon(State.ABANDONED);
    assertThat(putter).isCompletedWithValue(State.OPEN);
    assertThat(box.put(item(3))).isCompletedWithValue(State.ABANDONED);
    assertThat(box.poll()).isSameAs(Delivery.END);
    consumer.returned(1);
    assertThat(box.take().join()).isSameAs(Delivery.END);
    assertThat(drained).hasValue(1);
  }

  @Test
  void shouldSkipWhoDoesNotWaitAnyMore() {
    Mailbox box = box(1);
    CompletableFuture<Delivery> gone = box.take();
    CompletableFuture<Delivery> waits = box.take();
    CompletableFuture<Boolean> watcher = box.readable();
    assertThat(gone.cancel(false)).isTrue();
    assertThat(watcher.cancel(false)).isTrue();
    box.put(item(1));
    assertThat(number(waits.join())).isEqualTo(1);
    box.put(item(2));
    var withdrawn = box.put(item(3));
    CompletableFuture<State> next = box.put(item(4));
    assertThat(Objects.requireNonNull(withdrawn).cancel(false)).isTrue();
    assertThat(box.readable()).isCompletedWithValue(true);
    assertThat(number(box.poll())).isEqualTo(2);
    assertThat(next).isCompletedWithValue(State.OPEN);
    assertThat(number(box.poll())).isEqualTo(4);
  }

  @Test
  void shouldRefuseWhatAPeerMayNotDo() {
    Attachment remote = attach(box(1), new Told());
    assertThatIllegalStateException().isThrownBy(() -> remote.arrive(item(1)));
    assertThatIllegalStateException()
        .isThrownBy(() -> remote.back(1))
        .withMessage("more room came back than was promised: count=1 promised=0");
  }
}
