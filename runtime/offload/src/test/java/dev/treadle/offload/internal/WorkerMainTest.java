package dev.treadle.offload.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.offload.RemoteFailureException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.Serializable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real worker process. */
@NullUnmarked
@Timeout(120)
class WorkerMainTest {
  @SuppressWarnings("serial")
  static final class WithThread extends RuntimeException {
    private static final long serialVersionUID = 1;
    final Thread thread = new Thread();

    WithThread(String message, Throwable cause) {
      super(message, cause);
    }
  }

  static final class Unreadable implements Serializable {
    private static final long serialVersionUID = 1;

    private void readObject(java.io.ObjectInputStream in) {
      throw new IllegalStateException("not here");
    }
  }

  private static BlockingParent shared;

  @BeforeAll
  static void start() throws IOException {
    shared = new BlockingParent(1 << 16, "");
  }

  @AfterAll
  static void end() throws IOException {
    shared.close();
  }

  private static int deep(int depth) {
    return depth == 0 ? 0 : 1 + deep(depth + 1);
  }

  private static List<Path> files() throws IOException {
    List<Path> all = new ArrayList<>();
    for (Path directory : shared.segments.directories()) {
      try (Stream<Path> files = Files.list(directory)) {
        files.filter(file -> file.getFileName().toString().contains("-")).forEach(all::add);
      }
    }
    return all;
  }

  @Test
  void shouldGreetWithSecretAndPidWhenStarted() {
    assertThat(shared.hello.kind()).isEqualTo(Frames.HELLO);
    assertThat(shared.hello.seq()).isEqualTo(shared.process.pid());
    byte[] secret = new byte[shared.hello.payload().remaining()];
    shared.hello.payload().duplicate().get(secret);
    assertThat(Frames.sameSecret(shared.secret, secret)).isTrue();
  }

  @Test
  void shouldNotShowTheSecretWhenTheCommandLineIsRead() throws IOException {
    String secret = new String(shared.secret, StandardCharsets.ISO_8859_1);
    Path proc = Path.of("/proc", String.valueOf(shared.process.pid()));
    for (String each : new String[] {"cmdline", "environ"}) {
      if (Files.isReadable(proc.resolve(each))) {
        assertThat(Files.readString(proc.resolve(each), StandardCharsets.ISO_8859_1))
            .doesNotContain(secret);
      }
    }
  }

  @Test
  void shouldAnswerInOrderWhenManyCallsAreAhead() throws Exception {
    long first = 0;
    for (int i = 0; i < 60; i++) {
      int n = i;
      BlockingParent.Work<Integer> work = () -> n * n;
      long seq = shared.send(Frames.CALL, Codec.encodeCall(work, shared.segments, false));
      first = first == 0 ? seq : first;
    }
    for (int i = 0; i < 60; i++) {
      BlockingParent.Answer answer = shared.read();
      assertThat(answer.seq()).isEqualTo(first + i);
      assertThat(Codec.tookNanos(answer.payload())).isPositive();
      assertThat(Codec.decodeResult(answer.payload(), shared.segments, Codec.defaultFilter()))
          .isEqualTo(i * i);
    }
  }

  @Test
  void shouldCarryTheWorkersStackWhenAStepFails() {
    BlockingParent.Work<Object> work =
        () -> {
          throw new IllegalStateException("on purpose", new IOException("inner"));
        };
    assertThatThrownBy(() -> shared.call(work))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("on purpose")
        .hasRootCauseInstanceOf(IOException.class)
        .satisfies(
            failure ->
                assertThat(failure.getStackTrace())
                    .anyMatch(frame -> frame.getClassName().equals(WorkerMain.class.getName())));
  }

  @Test
  void shouldArriveAsTypeAndTextWhenTheFailureCannotBeSent() {
    BlockingParent.Work<Object> work =
        () -> {
          throw new WithThread("on purpose", new IOException("inner"));
        };
    assertThatThrownBy(() -> shared.call(work))
        .isInstanceOf(RemoteFailureException.class)
        .hasMessage(WithThread.class.getName() + ": on purpose")
        .hasRootCauseMessage("java.io.IOException: inner")
        .satisfies(
            failure -> {
              assertThat(((RemoteFailureException) failure).typeName())
                  .isEqualTo(WithThread.class.getName());
              assertThat(failure.getStackTrace()[0].getMethodName())
                  .startsWith("lambda$shouldArriveAsTypeAndText");
            });
  }

  @Test
  void shouldFailThatCallOnlyWhenItsResultCannotBeSent() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> shared.call(() -> new Object[] {new int[100_000], new Thread()}))
          .isInstanceOf(UnsendableException.class)
          .hasMessageContaining("java.lang.Thread at the value element 1");
    }
    assertThat(shared.call(() -> 1)).isEqualTo(1);
    assertThat(files()).isEmpty();
  }

  @Test
  void shouldFailThatCallOnlyWhenItCannotBeReadOnTheOtherSide() throws Exception {
    Unreadable unreadable = new Unreadable();
    assertThatThrownBy(() -> shared.call(() -> unreadable.hashCode()))
        .isInstanceOf(UnreadableException.class)
        .hasMessageContaining("not here");
    assertThatThrownBy(() -> shared.call(Unreadable::new))
        .isInstanceOf(UnreadableException.class)
        .hasMessageContaining("not here");
    assertThat(shared.call(() -> 1)).isEqualTo(1);
  }

  @Test
  void shouldFailThatCallOnlyWhenItsStackOverflows() throws Exception {
    assertThatThrownBy(() -> shared.call(() -> deep(1))).isInstanceOf(StackOverflowError.class);
    assertThat(shared.call(() -> 1)).isEqualTo(1);
  }

  @Test
  void shouldSayThatItsHeapIsSuspectWhenMemoryRunsOut() throws Exception {
    BlockingParent.Work<Object> work =
        () -> {
          List<long[]> all = new ArrayList<>();
          while (true) {
            all.add(new long[1 << 20]);
          }
        };
    try (BlockingParent parent = new BlockingParent(1 << 16, "", "-Xmx64m")) {
      BlockingParent.Answer answer = parent.ask(work);
      assertThat(answer.kind()).isEqualTo(Frames.FATAL);
      assertThat(Codec.decodeFailure(answer.payload(), parent.segments, Codec.defaultFilter()))
          .isInstanceOf(RemoteFailureException.class)
          .hasMessageContaining("java.lang.OutOfMemoryError");
    }
  }

  @Test
  void shouldPassLargeValuesThroughFilesThatAreGoneWhenAnswered() throws Exception {
    double[] array = new double[100_000];
    array[99_999] = 5;
    assertThat(shared.call(() -> array[99_999] + array.length)).isEqualTo(100_005.0);
    assertThat(
            (int[])
                shared.call(
                    () -> {
                      int[] result = new int[200_000];
                      result[7] = 8;
                      return result;
                    }))
        .hasSize(200_000)
        .contains(8);
    assertThat(files()).isEmpty();
    MemorySegment memory = Arena.ofAuto().allocate(1 << 20);
    memory.set(ValueLayout.JAVA_BYTE, 1000, (byte) 3);
    MemorySegment back = (MemorySegment) shared.call(() -> memory);
    assertThat(back.get(ValueLayout.JAVA_BYTE, 1000)).isEqualTo((byte) 3);
    assertThat(files()).isEmpty();
  }

  @Test
  void shouldPassLargeValuesInTheFrameWhenNoFileHasRoom() throws Exception {
    byte[] bytes = new byte[5 << 20];
    bytes[5000] = 3;
    byte[] back =
        (byte[])
            Codec.decodeResult(
                askInline(
                        () -> {
                          bytes[5001] = 4;
                          return bytes;
                        })
                    .payload(),
                shared.segments,
                Codec.defaultFilter());
    assertThat(back).hasSize(5 << 20);
    assertThat(back[5000] + back[5001]).isEqualTo(7);
  }

  private static BlockingParent.Answer askInline(BlockingParent.Work<?> work) throws IOException {
    Encoded encoded = Codec.encodeCall(work, Segments.none(), false);
    assertThat(encoded.length()).isGreaterThan(5 << 20);
    shared.send(Frames.CALL, encoded);
    return shared.read();
  }

  @Test
  void shouldKnowNoInputAndStayAliveWhenAStepInterruptsItself() throws Exception {
    assertThat(shared.call(() -> System.in.read())).isEqualTo(-1);
    BlockingParent.Work<Boolean> work =
        () -> {
          Thread.currentThread().interrupt();
          return WorkerMain.isWorker();
        };
    assertThat(shared.call(work)).isEqualTo(true);
    assertThat(shared.call(() -> Thread.interrupted())).isEqualTo(false);
    assertThat(WorkerMain.isWorker()).isFalse();
    assertThat(WorkerMain.progress(1, 2, "")).isFalse();
  }

  @Test
  void shouldShowProgressOnTheBoardWhenAStepReportsIt() throws Exception {
    assertThat(shared.call(() -> WorkerMain.progress(3, 9, "at it"))).isEqualTo(true);
    Board.Report report = shared.board.progress();
    assertThat(report).isNotNull();
    assertThat(report.done()).isEqualTo(3);
    assertThat(report.total()).isEqualTo(9);
    assertThat(report.message()).isEqualTo("at it");
    assertThat(report.seq()).isEqualTo(shared.board.begun());
  }

  @Test
  void shouldSayRevokedWhenACallWasRevokedBeforeItBegan() throws Exception {
    BlockingParent.Work<Integer> work = () -> 1;
    shared.call(work);
    long next = shared.board.begun() + 1;
    shared.board.revoke(next);
    BlockingParent.Answer answer = shared.ask(work);
    assertThat(answer.kind()).isEqualTo(Frames.REVOKED);
    assertThat(answer.seq()).isEqualTo(next);
    assertThat(answer.payload().remaining()).isZero();
    assertThat(shared.call(work)).isEqualTo(1);
  }

  @Test
  void shouldInitializeFirstWhenAsked() throws Exception {
    try (BlockingParent parent = new BlockingParent(1 << 16, "")) {
      BlockingParent.Work<Object> initializer = () -> System.setProperty("here", "yes");
      parent.send(Frames.INITIALIZE, Codec.encodeCall(initializer, parent.segments, false));
      assertThat(parent.read().kind()).isEqualTo(Frames.READY);
      assertThat(parent.call(() -> System.getProperty("here"))).isEqualTo("yes");
      BlockingParent.Work<Object> failing =
          () -> {
            throw new IOException("cannot");
          };
      parent.send(Frames.INITIALIZE, Codec.encodeCall(failing, parent.segments, false));
      BlockingParent.Answer answer = parent.read();
      assertThat(answer.kind()).isEqualTo(Frames.INITIALIZER_FAILED);
      assertThat(Codec.decodeFailure(answer.payload(), parent.segments, Codec.defaultFilter()))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void shouldRefuseACallWhenTheWorkersFilterDoes() throws Exception {
    try (BlockingParent parent = new BlockingParent(1 << 16, "!java.util.HashMap")) {
      java.util.HashMap<String, String> map = new java.util.HashMap<>();
      assertThatThrownBy(() -> parent.call(() -> map.size()))
          .isInstanceOf(UnreadableException.class)
          .hasMessageContaining("filter");
      assertThat(parent.call(() -> 1)).isEqualTo(1);
    }
  }

  @Test
  void shouldNeedNothingButTheJdkWhenItsClassPathIsItselfAlone() throws Exception {
    String own =
        Path.of(WorkerMain.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .toString();
    // One entry, and so many that the command line does not hold them.
    for (List<String> classPath : List.of(List.of(own), many(own))) {
      try (BlockingParent parent =
          new BlockingParent(Segments.create(1 << 16, 0), 1 << 16, "", classPath)) {
        assertThat(parent.call(System::lineSeparator)).isEqualTo(System.lineSeparator());
      }
    }
  }

  private static List<String> many(String last) {
    List<String> entries = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      entries.add("/not there/with a \"quote\" and \\ number " + i + ".jar");
    }
    entries.add(last);
    return entries;
  }

  @Test
  void shouldExitWithStatusZeroWhenToldToEnd() throws Exception {
    try (BlockingParent parent = new BlockingParent(1 << 16, "")) {
      parent.call(() -> 1);
      parent.send(Frames.END, new Encoded(new byte[Frames.HEADER], 0, List.of()));
      assertThat(parent.process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(parent.process.exitValue()).isZero();
    }
  }

  @Test
  void shouldEndWhenWhatComesIsNoFrame() throws Exception {
    try (BlockingParent parent = new BlockingParent(1 << 16, "")) {
      parent.raw(ByteBuffer.allocate(64).putInt(0, -5));
      assertThat(parent.process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(parent.process.exitValue()).isNotZero();
      assertThatThrownBy(parent::read).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void shouldNeverAnswerWhenDoomed() throws Exception {
    try (BlockingParent parent = new BlockingParent(1 << 16, "")) {
      long seq = parent.send(Frames.CALL, Codec.encodeCall(endless(), parent.segments, false));
      // Not running(), which the worker sets before it looks for a revocation.
      while (parent.board.begun() != seq) {
        Thread.onSpinWait();
      }
      assertThat(parent.board.doom(seq)).isTrue();
      assertThat(parent.board.doom(seq)).isFalse();
      parent.process.destroyForcibly().waitFor();
      assertThatThrownBy(parent::read).isInstanceOf(IOException.class);
      assertThat(parent.board.begun()).isEqualTo(seq);
    }
  }

  private static BlockingParent.Work<Integer> endless() {
    return () -> {
      while (true) {
        Thread.onSpinWait();
      }
    };
  }

  @Test
  void shouldCleanUpAndEndWhenItsInputEnds() throws Exception {
    BlockingParent parent = new BlockingParent(1 << 16, "");
    try (parent) {
      parent.call(() -> 1);
      parent.process.getOutputStream().close();
      assertThat(parent.process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(parent.process.exitValue()).isEqualTo(WorkerMain.ORPHANED);
      assertThat(parent.segments.privateDirectory()).doesNotExist();
      assertThat(parent.segments.directories()).noneMatch(Files::exists);
    }
  }

  @Test
  void shouldMarkStandardErrorWhenBothShareThePipe() throws Exception {
    try (BlockingParent parent = new BlockingParent(1 << 16, "")) {
      BlockingParent.Work<Integer> work =
          () -> {
            System.out.print("o1 ");
            System.err.print("e1");
            System.out.println("o2");
            System.err.println("e2");
            return 1;
          };
      parent.call(work);
      parent.send(Frames.END, new Encoded(new byte[Frames.HEADER], 0, List.of()));
      String text =
          new String(parent.process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      StringBuilder out = new StringBuilder();
      StringBuilder err = new StringBuilder();
      boolean inErr = false;
      for (char each : text.toCharArray()) {
        if (each == WorkerOutput.ERR || each == WorkerOutput.OUT) {
          inErr = each == WorkerOutput.ERR;
        } else {
          (inErr ? err : out).append(each);
        }
      }
      assertThat(out).hasToString("o1 o2" + System.lineSeparator());
      assertThat(err).hasToString("e1e2" + System.lineSeparator());
    }
  }

  @Test
  void shouldArriveWholeWhenTheSetupIsWrittenAndRead(@TempDir Path directory) throws IOException {
    WorkerSetup setup =
        new WorkerSetup(
            new byte[] {1, 2},
            directory.resolve("s"),
            directory.resolve("\u00fc"),
            3,
            List.of(directory),
            5,
            "!*",
            List.of());
    WorkerSetup read = WorkerSetup.read(new ByteArrayInputStream(setup.toBytes()));
    assertThat(read.secret()).containsExactly(1, 2);
    assertThat(read).usingRecursiveComparison().ignoringFields("secret").isEqualTo(setup);
    assertThatThrownBy(
            () -> WorkerSetup.read(new ByteArrayInputStream(new byte[] {-1, 0, 0, 0, 0})))
        .isInstanceOf(MalformedException.class);
  }
}
