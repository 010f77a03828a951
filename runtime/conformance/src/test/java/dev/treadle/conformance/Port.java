package dev.treadle.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * One use of {@link Ports}.
 *
 * @param differs empty if the behaviour is the same
 * @param isTest whether JUnit runs the method
 */
record Port(String id, String differs, String test, boolean isTest) {
  /** Those of all classes of this module, by id. */
  static List<Port> all() {
    List<Port> found = new ArrayList<>();
    for (Class<?> type : classes()) {
      for (Method method : type.getDeclaredMethods()) {
        for (Ports ports : method.getAnnotationsByType(Ports.class)) {
          found.add(
              new Port(
                  ports.value(),
                  ports.differs(),
                  type.getSimpleName() + "." + method.getName(),
                  AnnotationSupport.isAnnotated(method, Testable.class)));
        }
      }
    }
    found.sort(Comparator.comparing(Port::id).thenComparing(Port::test));
    return found;
  }

  private static List<Class<?>> classes() {
    try {
      Path root = Path.of(Port.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      try (Stream<Path> files = Files.walk(root)) {
        List<Class<?>> classes = new ArrayList<>();
        for (Path file : files.filter(path -> path.toString().endsWith("Test.class")).toList()) {
          String name = root.relativize(file).toString().replaceAll("[/\\\\]", ".");
          name = name.substring(0, name.length() - ".class".length());
          classes.add(Class.forName(name, false, Port.class.getClassLoader()));
        }
        return classes;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException | ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
