package dev.treadle.offload.internal;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** The jar or the folder that these classes come from. Any thread; may block. */
final class OwnPlace {
  private static final String PACKAGE = "dev/treadle/";
  private static final String METADATA = "META-INF/";

  private static final @Nullable File PLACE = find();

  private OwnPlace() {}

  /**
   * The same class path, but where a worker finds its first classes comes first: a JVM opens each
   * jar before the one that has a class, which are the program's and all of its libraries'. What
   * shadows what stays as it is: there is nothing in that place that another could have.
   */
  static List<String> first(List<String> classPath) {
    File place = PLACE;
    for (int i = 1; place != null && i < classPath.size(); i++) {
      if (isThere(new File(classPath.get(i)), place)) {
        List<String> sorted = new ArrayList<>(classPath);
        sorted.addFirst(sorted.remove(i));
        return sorted;
      }
    }
    return classPath;
  }

  /** By its name first: not every jar's links are to be followed. */
  private static boolean isThere(File entry, File place) {
    try {
      return entry.getName().equals(place.getName())
          && entry.getCanonicalFile().equals(place.getCanonicalFile());
    } catch (IOException unreadable) {
      return false;
    }
  }

  /** Null where others' classes are, too, as in a jar of a whole program. */
  private static @Nullable File find() {
    CodeSource source = OwnPlace.class.getProtectionDomain().getCodeSource();
    try {
      File place = source == null ? null : new File(source.getLocation().toURI());
      return place != null && isOursAlone(place) ? place : null;
    } catch (URISyntaxException | IllegalArgumentException | IOException elsewhere) {
      return null;
    }
  }

  /** Whether there is nothing of another's in that jar or folder. */
  static boolean isOursAlone(File place) throws IOException {
    if (place.isDirectory()) {
      return holdsNothingBut(place, "dev", "META-INF")
          && holdsNothingBut(new File(place, "dev"), "treadle");
    }
    try (ZipFile jar = new ZipFile(place)) {
      for (Enumeration<? extends ZipEntry> all = jar.entries(); all.hasMoreElements(); ) {
        String name = all.nextElement().getName();
        if (!name.startsWith(PACKAGE) && !name.startsWith(METADATA) && !PACKAGE.startsWith(name)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean holdsNothingBut(File folder, String... names) {
    String[] found = folder.list();
    return found != null && List.of(names).containsAll(List.of(found));
  }
}
