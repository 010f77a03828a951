package dev.treadle.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A Markdown page: its fenced blocks, its links, its anchors. */
record Page(Path file, List<String> lines) {
  static final Path ROOT =
      Path.of(System.getProperty("basedir", "")).resolve("..").toAbsolutePath().normalize();

  private static final Pattern OPENING = Pattern.compile("( *)(```+)(.*)");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern CODE = Pattern.compile("`[^`]*`");

  static Page read(Path file) {
    try {
      return new Page(file, Files.readAllLines(file));
    } catch (IOException e) {
      throw new IllegalStateException("page not readable: file=" + file, e);
    }
  }

  /** README.md and every page below docs/. */
  static List<Page> all() {
    try (Stream<Path> below = Files.walk(ROOT.resolve("docs"))) {
      Stream<Path> pages =
          below
              .filter(file -> file.toString().endsWith(".md"))
              .filter(file -> !file.startsWith(ROOT.resolve("docs/target")))
              .sorted();
      return Stream.concat(Stream.of(ROOT.resolve("README.md")), pages).map(Page::read).toList();
    } catch (IOException e) {
      throw new IllegalStateException("pages not found: root=" + ROOT, e);
    }
  }

  String name() {
    return ROOT.relativize(file).toString().replace('\\', '/');
  }

  String text() {
    return String.join("\n", lines) + "\n";
  }

  List<Fence> fences() {
    List<Fence> found = new ArrayList<>();
    boolean adjacent = false;
    for (int i = 0; i < lines.size(); i++) {
      Matcher opening = OPENING.matcher(lines.get(i));
      if (!opening.matches()) {
        adjacent &= lines.get(i).isBlank();
        continue;
      }
      String indent = opening.group(1);
      int first = i + 1;
      StringBuilder text = new StringBuilder();
      while (++i < lines.size() && !lines.get(i).strip().equals(opening.group(2))) {
        String line = lines.get(i);
        text.append(line.startsWith(indent) ? line.substring(indent.length()) : line).append('\n');
      }
      if (i == lines.size()) {
        throw new IllegalStateException("fence not closed: page=" + name() + " line=" + first);
      }
      found.add(new Fence(name(), first, opening.group(3).strip(), text.toString(), adjacent));
      adjacent = true;
    }
    return found;
  }

  /** The targets of this page's links, fenced blocks and inline code left out. */
  List<Link> links() {
    List<Link> found = new ArrayList<>();
    @Nullable String fence = null;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (fence == null && line.startsWith("```")) {
        fence = line.replaceAll("[^`].*", "");
      } else if (line.equals(fence)) {
        fence = null;
      } else if (fence == null) {
        Matcher link = LINK.matcher(CODE.matcher(line).replaceAll("code"));
        while (link.find()) {
          found.add(new Link(name(), i + 1, link.group(1)));
        }
      }
    }
    return found;
  }

  /** The anchors of this page's headings, as GitHub makes them. */
  Set<String> anchors() {
    Set<String> anchors = new HashSet<>();
    for (String line : lines) {
      if (line.matches("#+ .*")) {
        anchors.add(
            line.replaceFirst("#+ ", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-'));
      }
    }
    return anchors;
  }

  /** A link and where it stands. */
  record Link(String page, int line, String target) {}
}
