import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Checks (or with {@code fix} repairs) the format of every Java source below the given folder. */
final class Format {
  public static void main(String[] args) throws Exception {
    Path root = Path.of(args[1]);
    boolean fix = args[0].equals("fix");
    List<Path> off = new ArrayList<>();
    List<Path> sources;
    try (var files = Files.walk(root)) {
      sources =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> !root.relativize(file).toString().contains("target/"))
              .sorted()
              .toList();
    }
    Formatter formatter = new Formatter();
    for (Path file : sources) {
      String text = Files.readString(file);
      String formatted =
          formatter.formatSource(
              ImportOrderer.reorderImports(
                  RemoveUnusedImports.removeUnusedImports(text), Style.GOOGLE));
      if (!formatted.equals(text)) {
        off.add(root.relativize(file));
        if (fix) {
          Files.writeString(file, formatted);
        }
      }
    }
    if (!fix && !off.isEmpty()) {
      System.err.println(
          "sources are not formatted: files=" + off + "; run: mvn -N -Pformat validate");
      System.exit(1);
    }
    System.out.println(
        "formatted: sources=" + sources.size() + " changed=" + (fix ? off.size() : 0));
  }
}
