package dev.treadle.offload.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.offload.internal.BlockingParent.Work;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
@SuppressWarnings("serial")
class StepsTest implements Serializable {
  interface Doing extends Serializable {
    void run() throws Exception;
  }

  interface Mapper extends Serializable {
    Object map(Object argument);
  }

  static final class Base implements Serializable {
    final int base;

    Base(int base) {
      this.base = base;
    }

    int seven() {
      return 7;
    }

    private int plus(int more) {
      return base + more;
    }

    Work<Integer> bound(int more) {
      return () -> plus(more);
    }
  }

  static final class Object1 implements Work<String> {
    final String text;

    Object1(String text) {
      this.text = text;
    }

    @Override
    public String call() {
      return text + "!";
    }
  }

  static final class Void1 implements Doing {
    @Override
    public void run() {
      COUNT.incrementAndGet();
    }
  }

  static final class Holder implements Serializable {
    final List<Object> inside = new ArrayList<>();
  }

  private static final AtomicInteger COUNT = new AtomicInteger();

  static Object done(Object job) throws Throwable {
    return Codec.decodeCall(
            CodecTest.payload(Codec.encodeCall(job, Segments.none(), false)),
            Segments.none(),
            Codec.defaultFilter())
        .call();
  }

  private static Object done(Work<?> job) throws Throwable {
    return done((Object) job);
  }

  static String joined(Object... parts) {
    return Arrays.toString(parts);
  }

  static int failing() throws IOException {
    throw new IOException("on purpose");
  }

  @Test
  void shouldBeDoneWhenALambdaCapturesEachKind() throws Throwable {
    byte b = 1;
    short s = 2;
    char c = 'c';
    int i = 4;
    long l = 5;
    float f = 6;
    double d = 7;
    boolean z = true;
    String t = "t";
    int[] a = {9};
    assertThat(done(() -> joined(b, s, c, i, l, f, d, z, t, a[0])))
        .isEqualTo("[1, 2, c, 4, 5, 6.0, 7.0, true, t, 9]");
    assertThat(done(() -> 5)).isEqualTo(5);
    assertThat(done(() -> null)).isNull();
  }

  @Test
  void shouldBeDoneWhenAMethodReferenceOfEachKind() throws Throwable {
    String receiver = " text ";
    Comparable<String> comparable = "x";
    Base base = new Base(5);
    List<Integer> list = List.of(1, 2);
    assertThat(done(System::lineSeparator)).isEqualTo(System.lineSeparator());
    assertThat(done(receiver::trim)).isEqualTo("text");
    assertThat(done(list::size)).isEqualTo(2);
    assertThat((List<?>) done(ArrayList<String>::new)).isEmpty();
    assertThat(done(StepsTest::joined)).isEqualTo("[]");
    assertThat(done(base.bound(3))).isEqualTo(8);
    assertThat(done(() -> comparable.compareTo("x"))).isEqualTo(0);
    assertThat(done(base::hashCode)).isInstanceOf(Integer.class);
    assertThat(done((Work<?> & Serializable) () -> super.getClass().getSimpleName()))
        .isEqualTo("StepsTest");
  }

  @Test
  void shouldDiscardTheValueWhenTheStepHasNone() throws Throwable {
    Doing doing = new Base(1)::seven;
    assertThat(done((Object) doing)).isNull();
  }

  @Test
  void shouldBeDoneWhenAnObject() throws Throwable {
    assertThat(done((Object) new Object1("a"))).isEqualTo("a!");
    int before = COUNT.get();
    assertThat(done((Object) new Void1())).isNull();
    assertThat(COUNT.get()).isEqualTo(before + 1);
  }

  @Test
  void shouldBeALambdaAgainWhenCaptured() throws Throwable {
    int base = 10;
    Mapper mapper = argument -> (Integer) argument + base;
    Comparator<String> comparator =
        (Comparator<String> & Serializable) (left, right) -> right.compareTo(left);
    assertThat(done(() -> mapper.map(5))).isEqualTo(15);
    assertThat(done(() -> comparator.compare("a", "b"))).isEqualTo(1);
    Map<String, Mapper> map = Map.of("m", mapper);
    assertThat(done(() -> map.get("m").map(7))).isEqualTo(17);
  }

  @Test
  void shouldThrowWhatItThrowsWhenItFails() {
    assertThatThrownBy(() -> done(StepsTest::failing))
        .isInstanceOf(IOException.class)
        .hasMessage("on purpose");
  }

  @Test
  void shouldNameClassAndFieldWhenACapturedValueCannotBeSent() {
    Holder holder = new Holder();
    holder.inside.add("fine");
    holder.inside.add(new Thread());
    int before = 1;
    assertThatThrownBy(() -> done(() -> before + holder.inside.size()))
        .isInstanceOf(UnsendableException.class)
        .hasMessage(
            "submit() of a step that cannot be sent: step="
                + StepsTest.class.getName()
                + ".lambda$shouldNameClassAndFieldWhenACapturedValueCannotBeSent$1"
                + " captured=java.lang.Thread at argument 1 field Holder.inside element 1;"
                + " capture only serializable values");
  }

  @Test
  void shouldSayThatItIsThisWhenTheReceiverCannotBeSent() {
    class Here {
      final int number = 3;

      Work<Integer> work() {
        return () -> number;
      }
    }
    assertThatThrownBy(() -> done(new Here().work()))
        .isInstanceOf(UnsendableException.class)
        .hasMessageContaining("Here at argument 0 (this, or the receiver)");
  }

  @Test
  void shouldSayWhatFailedWhenSerializationItselfDoes() {
    class Hostile implements Serializable {
      private void writeObject(java.io.ObjectOutputStream out) {
        throw new IllegalStateException("not today");
      }
    }
    Hostile hostile = new Hostile();
    assertThatThrownBy(() -> done(() -> hostile.hashCode()))
        .isInstanceOf(UnsendableException.class)
        .hasMessageContaining("failure=java.lang.IllegalStateException: not today");
  }

  @Test
  void shouldRefuseTheStepWhenTheFilterRefusesItsClass() {
    Work<Integer> work = () -> 4;
    Encoded encoded = Codec.encodeCall(work, Segments.none(), false);
    ObjectInputFilter filter =
        ObjectInputFilter.Config.createFilter("!" + StepsTest.class.getName());
    assertThatThrownBy(() -> Codec.decodeCall(CodecTest.payload(encoded), Segments.none(), filter))
        .isInstanceOf(UnreadableException.class);
  }

  @Test
  void shouldBeNamedWhenAsked() {
    Work<Integer> lambda = () -> 4;
    Work<Integer> reference = StepsTest::failing;
    Work<?> made = Holder::new;
    assertThat(Codec.name(lambda))
        .isEqualTo(StepsTest.class.getName() + ".lambda$shouldBeNamedWhenAsked$1");
    assertThat(Codec.name(reference)).isEqualTo(StepsTest.class.getName() + "::failing");
    assertThat(Codec.name(made)).isEqualTo(Holder.class.getName() + "::new");
    assertThat(Codec.name(new Object1(""))).isEqualTo(Object1.class.getName());
  }

  @Test
  void shouldFailClearlyWhenTheClassIsNotThere() {
    Work<Integer> lambda = () -> 4;
    Encoded encoded = Codec.encodeCall(lambda, Segments.none(), false);
    // The first letter of the class's name becomes another.
    String text = new String(encoded.bytes(), java.nio.charset.StandardCharsets.ISO_8859_1);
    encoded.bytes()[text.indexOf("dev/treadle")] = 'D';
    assertThatThrownBy(
            () ->
                Codec.decodeCall(
                    CodecTest.payload(encoded), Segments.none(), Codec.defaultFilter()))
        .isInstanceOf(UnreadableException.class)
        .hasMessageContaining("both sides need the same class path");
  }
}
