package dev.treadle.offload.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.Serializable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked
class SegmentsTest {
  record Inner(String name, double[] values, int[] small, ByteBuffer buffer)
      implements Serializable {}

  @TempDir Path first;
  @TempDir Path second;

  private static Object copy(Object value, Segments sender, Segments receiver) {
    return Codec.decode(
        CodecTest.payload(Codec.encode(value, sender)), receiver, Codec.defaultFilter());
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private Segments open(String prefix) {
    return Segments.open(List.of(first, second), prefix, 1000);
  }

  @Test
  void shouldGoThroughAFileThatIsGoneAfterwardsWhenLarge() throws IOException {
    Random random = new Random(1);
    byte[] bytes = new byte[300_001];
    random.nextBytes(bytes);
    short[] shorts = new short[700];
    char[] chars = "xyz".repeat(300).toCharArray();
    for (Object value :
        new Object[] {
          bytes,
          shorts,
          chars,
          random.ints(80_000).toArray(),
          random.longs(500).toArray(),
          new float[] {1},
          new float[400],
          random.doubles(200_000).toArray()
        }) {
      Encoded encoded = Codec.encode(value, open("a-"));
      boolean large = encoded.files().size() == 1;
      assertThat(large).isEqualTo(!(value instanceof float[] floats) || floats.length > 1);
      assertThat(names(first)).hasSize(large ? 1 : 0);
      assertThat(encoded.length()).isLessThan(200);
      Object copy = Codec.decode(CodecTest.payload(encoded), open("b-"), Codec.defaultFilter());
      CodecTest.assertSame(copy, value);
      assertThat(names(first)).isEmpty();
    }
  }

  @Test
  void shouldStayMappedWhenABufferOrMemory() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(100_000, 8);
      memory.setAtIndex(ValueLayout.JAVA_LONG, 7, 77);
      MemorySegment copy = (MemorySegment) copy(memory, open("a-"), open("b-"));
      assertThat(names(first)).isEmpty();
      assertThat(copy.mismatch(memory)).isEqualTo(-1);
      copy.setAtIndex(ValueLayout.JAVA_LONG, 7, 78);
      ByteBuffer direct = memory.asByteBuffer().position(8);
      assertThat((ByteBuffer) copy(direct, open("a-"), open("b-"))).isEqualTo(direct);
      ByteBuffer heap = ByteBuffer.allocate(5000).put(3, (byte) 9);
      ByteBuffer heapCopy = (ByteBuffer) copy(heap, open("a-"), open("b-"));
      assertThat(heapCopy).isEqualTo(heap);
      assertThat(heapCopy.hasArray()).isTrue();
    }
    assertThat(names(first)).isEmpty();
  }

  @Test
  void shouldGoThroughAFileWhenInsideOfAnObject() throws IOException {
    double[] values = new Random(2).doubles(9000).toArray();
    Inner inner = new Inner("n", values, new int[] {1}, ByteBuffer.wrap(new byte[] {4}));
    Encoded encoded = Codec.encode(new Object[] {inner, inner}, open("a-"));
    assertThat(encoded.files()).hasSize(1);
    Object[] copies =
        (Object[]) Codec.decode(CodecTest.payload(encoded), open("b-"), Codec.defaultFilter());
    assertThat(copies[0]).isSameAs(copies[1]);
    Inner copy = (Inner) copies[0];
    assertThat(copy.values()).isEqualTo(values);
    assertThat(copy.small()).containsExactly(1);
    assertThat(copy.buffer()).isEqualTo(inner.buffer());
    assertThat(names(first)).isEmpty();
  }

  @Test
  void shouldBeReadTwiceWhenKept() throws IOException {
    int[] array = new int[1000];
    BlockingParent.Work<Integer> work = () -> array[0]++;
    Encoded encoded = Codec.encodeCall(work, open("a-"), true);
    for (int i = 0; i < 2; i++) {
      Step step = Codec.decodeCall(CodecTest.payload(encoded), open("b-"), Codec.defaultFilter());
      assertThat(step).isNotNull();
    }
    assertThat(names(first)).hasSize(1);
    open("a-").discard(encoded.files());
    assertThat(names(first)).isEmpty();
  }

  @Test
  void shouldFallBackToTheNextDirectoryThenToTheFrameWhenFull() throws IOException {
    int[] array = new Random(3).ints(5000).toArray();
    // Full in the middle: the first bytes still go.
    Segments firstFull =
        new Segments(
            null, List.of(first, second), "a-", 1000, null, fullAfter(1, Integer.MAX_VALUE));
    Encoded encoded = Codec.encode(array, firstFull);
    assertThat(names(first)).isEmpty();
    assertThat(names(second)).hasSize(1);
    assertThat(Codec.decode(CodecTest.payload(encoded), open("b-"), Codec.defaultFilter()))
        .isEqualTo(array);
    assertThat(names(second)).isEmpty();
    Segments allFull =
        new Segments(null, List.of(first, second), "a-", 1000, null, fullAfter(0, 0));
    Encoded inline = Codec.encode(array, allFull);
    assertThat(inline.files()).isEmpty();
    assertThat(inline.length()).isGreaterThan(20_000);
    assertThat(Codec.decode(CodecTest.payload(inline), open("b-"), Codec.defaultFilter()))
        .isEqualTo(array);
    assertThat(names(first)).isEmpty();
    assertThat(names(second)).isEmpty();
  }

  /**
   * The first file gets ten bytes and then no more; the next as many writes as it likes, or none.
   */
  private static Segments.Filler fullAfter(int partial, int later) {
    int[] calls = {0};
    return (file, bytes) -> {
      calls[0]++;
      if (calls[0] <= partial) {
        return file.write(bytes.slice(0, 10)) + skip(bytes, 10);
      }
      if (calls[0] == partial + 1 || later == 0) {
        throw new IOException("No space left on device");
      }
      return file.write(bytes);
    };
  }

  private static int skip(ByteBuffer bytes, int count) {
    bytes.position(bytes.position() + count);
    return 0;
  }

  @Test
  void shouldLeaveNoFileWhenTheRestCannotBeSent() throws IOException {
    assertThatThrownBy(() -> Codec.encode(new Object[] {new int[1000], new Thread()}, open("a-")))
        .isInstanceOf(UnsendableException.class);
    assertThat(names(first)).isEmpty();
  }

  @Test
  void shouldBeUnreadableWhenTheFileIsGoneOrForeign() {
    Encoded encoded = Codec.encode(new int[1000], open("a-"));
    open("a-").sweep("a-");
    assertThatThrownBy(
            () -> Codec.decode(CodecTest.payload(encoded), open("b-"), Codec.defaultFilter()))
        .isInstanceOf(UnreadableException.class)
        .hasMessageContaining("is gone");
    assertThatThrownBy(() -> open("b-").load(0, "../a", 5, false, Arena.ofAuto()))
        .isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> open("b-").load(2, "a", 5, false, Arena.ofAuto()))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void shouldDeleteTheDeadWorkersOnlyWhenSwept() throws IOException {
    Codec.encode(new int[1000], open("w1-"));
    Codec.encode(new int[1000], open("w11-"));
    open("p-").sweep("w1-");
    assertThat(names(first)).singleElement().asString().startsWith("w11-");
  }

  @Test
  void shouldBePrivateAndGoneWhenCreatedAndClosed() throws IOException {
    Segments segments = Segments.create(1000, 0);
    List<Path> all =
        Stream.concat(segments.directories().stream(), Stream.of(segments.privateDirectory()))
            .toList();
    for (Path each : all) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
          .isEqualTo("rwx------");
      assertThat(each.getFileName().toString())
          .startsWith("treadle-" + ProcessHandle.current().pid() + "-");
    }
    MemorySegment copy =
        (MemorySegment) copy(MemorySegment.ofArray(new byte[5000]), segments, segments);
    Codec.encode(new int[1000], segments);
    segments.close();
    segments.close();
    assertThat(all).noneMatch(Files::exists);
    assertThat(copy.get(ValueLayout.JAVA_BYTE, 4999)).isZero();
  }

  @Test
  void shouldSweepTheDirectoriesOfTheDeadOnlyWhenAnotherIsMade() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Path own = Directories.create(first);
    String[] parts = own.getFileName().toString().split("-");
    Path gone = Files.createDirectory(first.resolve(name(dead.pid(), parts[2], parts[3])));
    Files.createFile(gone.resolve("w1-1"));
    // The number is alive again, but as another process.
    Path reused =
        Files.createDirectory(first.resolve(name(Long.parseLong(parts[1]), "1000000", parts[3])));
    Path elsewhere = Files.createDirectory(first.resolve(name(dead.pid(), parts[2], "1")));
    Path foreign = Files.createDirectory(first.resolve("treadle-x"));
    Path next = Directories.create(first);
    assertThat(List.of(own, elsewhere, foreign, next)).allMatch(Files::exists);
    assertThat(List.of(gone, reused)).noneMatch(Files::exists);
  }

  private static String name(long pid, String start, String namespace) {
    return "treadle-" + pid + "-" + start + "-" + namespace + "-abc";
  }

  @Test
  void shouldNotBeAskedForItsDirectoryWhenOnlyOpened() {
    assertThatThrownBy(() -> open("b-").privateDirectory())
        .isInstanceOf(IllegalStateException.class);
  }
}
