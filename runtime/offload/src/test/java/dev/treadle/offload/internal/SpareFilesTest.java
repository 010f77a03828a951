package dev.treadle.offload.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a file that a value went through is used for another, and when it is not. */
@NullUnmarked
class SpareFilesTest {
  private static final long KEEP = 1_000;

  @TempDir Path first;
  @TempDir Path second;

  private int full;

  private Segments parent() {
    return new Segments(
        null,
        List.of(first, second),
        "p-",
        1000,
        new SpareFiles(first, KEEP),
        (file, bytes) -> {
          if (full > 0) {
            full--;
            throw new IOException("No space left on device");
          }
          return file.write(bytes);
        });
  }

  private Segments worker() {
    return Segments.open(List.of(first, second), "w1-", 1000);
  }

  /** As a call's captured value. */
  private static Encoded send(Segments parent, Object value) {
    BlockingParent.Work<Object> work = () -> value;
    return Codec.encodeCall(work, parent, false);
  }

  private static Object receive(Segments worker, Encoded encoded) throws Throwable {
    return Codec.decodeCall(CodecTest.payload(encoded), worker, Codec.defaultFilter()).call();
  }

  private static List<Stored> over(Segments parent, Encoded encoded, long now) {
    return parent.giveBack(encoded.files(), now);
  }

  private static Object inode(Path file) throws IOException {
    return Files.getAttribute(file, "unix:ino");
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  private static int[] ints(int length, int seed) {
    return new Random(seed).ints(length).toArray();
  }

  @Test
  void shouldGoThroughTheSameFileWhenTheCallBeforeIsOver() throws Throwable {
    Segments parent = parent();
    Segments worker = worker();
    Object inode = null;
    Set<String> payloads = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      int[] value = ints(4000, i);
      Encoded encoded = send(parent, value);
      assertThat(encoded.files()).hasSize(1);
      Path file = encoded.files().getFirst().file();
      assertThat(files(first)).containsExactly(file);
      if (inode != null) {
        assertThat(inode(file)).isEqualTo(inode);
      }
      inode = inode(file);
      assertThat(receive(worker, encoded)).isEqualTo(value);
      // Another content is another payload: a step is known by it that has crashed workers.
      payloads.add(
          Arrays.toString(
              Arrays.copyOfRange(
                  encoded.bytes(), Frames.HEADER, Frames.HEADER + encoded.length())));
      assertThat(over(parent, encoded, i)).isEmpty();
    }
    assertThat(payloads).hasSize(5);
    parent.close();
    assertThat(files(first)).isEmpty();
    assertThat(parent.lentBytes()).isZero();
  }

  @Test
  void shouldHoldWhatIsSentWhateverSizesAndKindsCameBefore() throws Throwable {
    Segments parent = parent();
    List<Segments> workers = List.of(worker(), worker());
    Random random = new Random(4);
    List<Encoded> calls = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      Object value = random(random, 1000 << random.nextInt(8));
      values.add(value);
      calls.add(send(parent, value));
      if (random.nextInt(3) > 0) {
        int one = random.nextInt(calls.size());
        Encoded encoded = calls.remove(one);
        Object expected = values.remove(one);
        assertThat(receive(workers.get(i & 1), encoded)).isEqualTo(expected);
        parent.discard(over(parent, encoded, i));
      }
    }
    // All that are still under way have what they were given.
    for (int i = 0; i < calls.size(); i++) {
      assertThat(receive(workers.get(i & 1), calls.get(i))).isEqualTo(values.get(i));
      parent.discard(over(parent, calls.get(i), 400));
    }
    assertThat(files(first)).hasSizeLessThanOrEqualTo(SpareFiles.MOST);
    parent.close();
    assertThat(files(first)).isEmpty();
  }

  private static Object random(Random random, int bytes) {
    int size = bytes + random.nextInt(bytes);
    return switch (random.nextInt(8)) {
      case 0 -> {
        byte[] array = new byte[size];
        random.nextBytes(array);
        yield array;
      }
      case 1 -> random.ints(size / 4).toArray();
      case 2 -> random.longs(size / 8).toArray();
      case 3 -> random.doubles(size / 8).toArray();
      case 4 -> new short[] {(short) size};
      case 5 -> Integer.toString(size, 2).repeat(size / 8).toCharArray();
      case 6 -> {
        float[] array = new float[size / 4];
        Arrays.fill(array, size);
        yield array;
      }
      default -> ByteBuffer.wrap(Integer.toString(size, 2).repeat(size / 8).getBytes(US_ASCII));
    };
  }

  @Test
  void shouldNotBeUsedAgainWhileACallMayReadIt() throws Throwable {
    Segments parent = parent();
    int[] value = ints(3000, 1);
    Encoded retried = send(parent, value);
    Encoded other = send(parent, ints(3000, 2));
    assertThat(files(first)).hasSize(2);
    assertThat(over(parent, other, 0)).isEmpty();
    for (int i = 0; i < 3; i++) {
      Encoded next = send(parent, ints(3000, 3 + i));
      assertThat(next.files().getFirst().file()).isEqualTo(other.files().getFirst().file());
      // By one worker after the other, each of which may have it mapped.
      assertThat(receive(worker(), retried)).isEqualTo(value);
      over(parent, next, 0);
    }
  }

  @Test
  void shouldBeGoneWhenItsCallHasNotBeenAnswered() throws Throwable {
    Segments parent = parent();
    Encoded cancelled = send(parent, ints(3000, 1));
    Path file = cancelled.files().getFirst().file();
    parent.discard(cancelled.files());
    assertThat(file).doesNotExist();
    assertThat(parent.lentBytes()).isZero();
    assertThatThrownBy(() -> receive(worker(), cancelled))
        .isInstanceOf(UnreadableException.class)
        .hasMessageContaining("is gone");
    assertThat(send(parent, ints(3000, 2)).files().getFirst().file()).isNotEqualTo(file);
  }

  @Test
  void shouldBeLetGoWhenNotUsedForLong() throws Throwable {
    Segments parent = parent();
    Encoded early = send(parent, ints(3000, 1));
    Encoded late = send(parent, ints(3000, 1));
    Encoded under = send(parent, ints(3000, 1));
    over(parent, early, 100);
    over(parent, late, 200);
    assertThat(parent.isAnyIdle()).isTrue();
    parent.letGo(100 + KEEP - 1);
    assertThat(files(first)).hasSize(3);
    parent.letGo(100 + KEEP);
    assertThat(files(first)).hasSize(2).doesNotContain(early.files().getFirst().file());
    parent.letGo(200 + KEEP);
    assertThat(files(first)).containsExactly(under.files().getFirst().file());
    assertThat(parent.isAnyIdle()).isFalse();
    assertThat(parent.lentBytes()).isEqualTo(12_000);
    parent.discard(under.files());
    assertThat(parent.lentBytes()).isZero();
  }

  /** A worker that is busy for hours keeps its mapping, but no memory with it. */
  @Test
  void shouldTakeItsMemoryFromWhoHasItMapped() throws Throwable {
    Segments parent = parent();
    Encoded encoded = send(parent, ints(3000, 1));
    Path file = encoded.files().getFirst().file();
    Path other = Files.createLink(first.resolve("link"), file);
    receive(worker(), encoded);
    over(parent, encoded, 0);
    assertThat(Files.size(other)).isEqualTo(12_000);
    parent.letGo(KEEP);
    assertThat(Files.size(other)).isZero();
  }

  @Test
  void shouldLendNoMoreThanItMay() throws Throwable {
    Segments parent = parent();
    List<Encoded> calls = new ArrayList<>();
    for (int i = 0; i < SpareFiles.MOST + 2; i++) {
      calls.add(send(parent, ints(3000 + i, i)));
    }
    assertThat(parent.lentBytes()).isLessThan(8 * 4 * 3020);
    Segments worker = worker();
    for (int i = 0; i < calls.size(); i++) {
      assertThat(receive(worker, calls.get(i))).isEqualTo(ints(3000 + i, i));
      List<Stored> rest = over(parent, calls.get(i), 0);
      assertThat(rest).hasSize(i < SpareFiles.MOST ? 0 : 1);
      parent.discard(rest);
    }
    assertThat(files(first)).hasSize(SpareFiles.MOST);
    // None of them is large enough: one goes for it.
    Encoded larger = send(parent, ints(9000, 1));
    assertThat(files(first)).hasSize(SpareFiles.MOST);
    assertThat(receive(worker, larger)).isEqualTo(ints(9000, 1));
    over(parent, larger, 0);
    // And none is wasted on what is many times smaller.
    Encoded smaller = send(parent, ints(300, 1));
    assertThat(Files.size(smaller.files().getFirst().file())).isEqualTo(1200);
  }

  @Test
  void shouldGoTheOldWayWhenTheMemoryIsFull() throws Throwable {
    Segments parent = parent();
    full = 1;
    Encoded elsewhere = send(parent, ints(3000, 1));
    assertThat(parent.lentBytes()).isZero();
    assertThat(receive(worker(), elsewhere)).isEqualTo(ints(3000, 1));
    assertThat(files(first)).isEmpty();
    assertThat(files(second)).isEmpty();
    full = 2;
    Encoded onDisk = send(parent, ints(3000, 2));
    assertThat(files(first)).isEmpty();
    assertThat(files(second)).hasSize(1);
    assertThat(receive(worker(), onDisk)).isEqualTo(ints(3000, 2));
  }

  @Test
  void shouldMakeRoomForOthersWhenTheMemoryIsFull() throws Throwable {
    Segments parent = parent();
    over(parent, send(parent, ints(3000, 1)), 0);
    assertThat(parent.isAnyIdle()).isTrue();
    full = 1;
    // Not lent: a result, or what stays mapped.
    Encoded other = Codec.encode(ints(3000, 2), parent);
    assertThat(files(first)).containsExactly(other.files().getFirst().file());
    assertThat(files(second)).isEmpty();
    assertThat(parent.lentBytes()).isZero();
  }

  @Test
  void shouldNotBeLentWhenTheReaderKeepsItMapped() throws Throwable {
    Segments parent = parent();
    ByteBuffer direct = ByteBuffer.allocateDirect(5000).put(3, (byte) 3);
    Encoded encoded = send(parent, new Object[] {direct, ByteBuffer.allocate(5000), direct});
    assertThat(encoded.files()).hasSize(2);
    assertThat(encoded.files().get(0).lent()).isNull();
    assertThat(encoded.files().get(1).lent()).isNotNull();
    Object[] copies = (Object[]) receive(worker(), encoded);
    assertThat(over(parent, encoded, 0)).containsExactly(encoded.files().get(0));
    over(parent, send(parent, ints(1250, 1)), 0);
    assertThat(copies[0]).isEqualTo(direct).isSameAs(copies[2]);
    assertThat(copies[1]).isEqualTo(ByteBuffer.allocate(5000));
  }

  @Test
  void shouldNotBeLentToAnInitializerWhichIsReadForEver() throws Throwable {
    Segments parent = parent();
    int[] value = ints(2000, 1);
    BlockingParent.Work<Object> work = () -> value;
    Encoded encoded = Codec.encodeInitializer(work, parent);
    assertThat(parent.lentBytes()).isZero();
    assertThat(receive(worker(), encoded)).isEqualTo(value);
    assertThat(receive(worker(), encoded)).isEqualTo(value);
  }

  @Test
  void shouldLeaveNothingWhenTheRestCannotBeSent() throws IOException {
    Segments parent = parent();
    Object[] all = {new int[1000], new Thread()};
    assertThatThrownBy(() -> send(parent, all)).isInstanceOf(UnsendableException.class);
    assertThat(files(first)).isEmpty();
    assertThat(parent.lentBytes()).isZero();
  }

  @Test
  void shouldLendNothingAndKeepNothingWhenClosed() throws Throwable {
    Segments parent = parent();
    Encoded under = send(parent, ints(2000, 1));
    over(parent, send(parent, ints(2000, 2)), 0);
    parent.close();
    assertThat(files(first)).containsExactly(under.files().getFirst().file());
    assertThat(over(parent, under, 0)).hasSize(1);
    parent.discard(under.files());
    assertThat(files(first)).isEmpty();
    assertThat(send(parent, ints(2000, 3)).files().getFirst().lent()).isNull();
  }
}
