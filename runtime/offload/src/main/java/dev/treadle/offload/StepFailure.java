package dev.treadle.offload;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A failure in the place of a result. It travels in an envelope of its own, so that one that cannot
 * be sent or read does not spoil the results beside it; then it arrives as text.
 */
final class StepFailure implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private transient Throwable failure;

  StepFailure(Throwable failure) {
    this.failure = failure;
  }

  Throwable failure() {
    return failure;
  }

  @Serial
  private void writeObject(ObjectOutputStream out) throws IOException {
    byte[] bytes;
    try {
      bytes = bytes(failure);
    } catch (IOException | RuntimeException unsendable) {
      bytes = bytes(RemoteFailureException.of(failure));
    }
    out.writeInt(bytes.length);
    out.write(bytes);
    out.writeObject(RemoteFailureException.of(failure));
  }

  @Serial
  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    byte[] bytes = in.readNBytes(in.readInt());
    RemoteFailureException text = (RemoteFailureException) in.readObject();
    failure = read(bytes, text, in.getObjectInputFilter());
  }

  private static byte[] bytes(Throwable failure) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(failure);
    }
    return bytes.toByteArray();
  }

  private static Throwable read(byte[] bytes, Throwable text, @Nullable ObjectInputFilter filter) {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      if (filter != null) {
        in.setObjectInputFilter(filter);
      }
      return (Throwable) in.readObject();
    } catch (IOException | ClassNotFoundException | RuntimeException | LinkageError unreadable) {
      return text;
    }
  }
}
