package dev.treadle.offload.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** JDK deserialization of what {@link OtherWriter} wrote, filtered. */
final class OtherReader extends ObjectInputStream {
  private final ValueReader values;
  private final Filter filter;

  OtherReader(ByteBuffer rest, ValueReader values) throws IOException {
    super(stream(rest));
    this.values = values;
    enableResolveObject(true);
    filter = new Filter(values.filter, rest.remaining());
    setObjectInputFilter(filter);
  }

  private static ByteArrayInputStream stream(ByteBuffer rest) {
    if (rest.hasArray()) {
      return new ByteArrayInputStream(
          rest.array(), rest.arrayOffset() + rest.position(), rest.remaining());
    }
    byte[] bytes = new byte[rest.remaining()];
    rest.get(rest.position(), bytes);
    return new ByteArrayInputStream(bytes);
  }

  @Override
  protected Class<?> resolveClass(ObjectStreamClass description)
      throws IOException, ClassNotFoundException {
    try {
      return Types.load(description.getName());
    } catch (ClassNotFoundException notThere) {
      // The primitives' classes, which have no loader to ask.
      return super.resolveClass(description);
    }
  }

  @Override
  protected @Nullable Object resolveObject(@Nullable Object object) throws IOException {
    if (!(object instanceof Sent sent)) {
      return object;
    }
    try {
      Object large =
          new ValueReader(ByteBuffer.wrap(sent.payload()), values.segments, values.filter).read();
      filter.ours = true;
      return large;
    } catch (ClassNotFoundException impossible) {
      throw new IOException("reading a large value", impossible);
    }
  }

  /**
   * The user's filter, and then: no array longer than the bytes that it came in (each element takes
   * one at least), and no stack overflow by depth.
   */
  private static final class Filter implements ObjectInputFilter {
    private final ObjectInputFilter users;
    private final int bytes;

    /** The next question is about what stood elsewhere, whose length was checked there. */
    private boolean ours;

    Filter(ObjectInputFilter users, int bytes) {
      this.users = users;
      this.bytes = bytes;
    }

    @Override
    public Status checkInput(FilterInfo info) {
      boolean checked = ours;
      ours = false;
      if (!checked && info.arrayLength() > bytes + 1024L) {
        return Status.REJECTED;
      }
      if (info.serialClass() == Sent.class) {
        return Status.ALLOWED;
      }
      return users.checkInput(info);
    }
  }
}
