package dev.treadle.offload.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/** JDK serialization for what {@link ValueWriter} has no form of its own for. */
final class OtherWriter extends ObjectOutputStream {
  private final Sink sink;
  private final ValueWriter values;
  private @Nullable IdentityHashMap<Object, Sent> sent;

  OtherWriter(ValueWriter values) throws IOException {
    this(values, new Sink());
  }

  private OtherWriter(ValueWriter values, Sink sink) throws IOException {
    super(sink);
    this.sink = sink;
    this.values = values;
    enableReplaceObject(true);
  }

  /** Appends all of it. */
  void finish(ByteWriter out) {
    try {
      flush();
    } catch (IOException impossible) {
      throw new AssertionError("flush() of a stream in memory", impossible);
    }
    sink.appendTo(out);
  }

  @Override
  protected @Nullable Object replaceObject(@Nullable Object object) throws IOException {
    if (object == null) {
      return null;
    }
    Sent known = sent == null ? null : sent.get(object);
    if (known != null) {
      return known;
    }
    Sent large = values.large(object);
    if (large == null) {
      return object;
    }
    if (sent == null) {
      sent = new IdentityHashMap<>();
    }
    sent.put(object, large);
    return large;
  }

  /** Gives its bytes away without a copy. */
  private static final class Sink extends ByteArrayOutputStream {
    Sink() {
      super(512);
    }

    void appendTo(ByteWriter out) {
      out.raw(buf, 0, count);
    }
  }
}
