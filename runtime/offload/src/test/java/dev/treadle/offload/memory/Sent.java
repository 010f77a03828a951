package dev.treadle.offload.memory;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.UUID;

/** Small things the tests of this package share. */
final class Sent {
  private Sent() {}

  static String hex(Object object) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  @SuppressWarnings("unchecked") // It is a copy of the same class.
  static <T> T copy(T object) throws IOException, ClassNotFoundException {
    byte[] bytes = HexFormat.of().parseHex(hex(object));
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return (T) in.readObject();
    }
  }

  /** A name nobody else has, short enough for each system. */
  static String name() {
    return "tt-" + UUID.randomUUID().toString().substring(0, 13);
  }

  /** What is there of this name. */
  static boolean exists(String file) {
    return Files.exists(Path.of("/dev/shm", file));
  }
}
