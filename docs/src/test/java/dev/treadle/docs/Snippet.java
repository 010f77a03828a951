package dev.treadle.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A Java block of a page, made into a source file that compiles. Three kinds:
 *
 * <ul>
 *   <li>A <b>program</b> has a {@code void main}: it is compiled as it stands, a compact source
 *       file, and its main method is run.
 *   <li><b>Declarations</b> begin, after imports, with a class, an interface or an annotation: they
 *       get the standard imports. They cannot be run, and must say {@code no-run}.
 *   <li>A <b>fragment</b> is anything else: with the standard imports it becomes the body of the
 *       main task of a loop on virtual time, so that it may await and takes no time.
 * </ul>
 *
 * <p>The standard imports are {@code Treadle.*}, {@code Reactive.*} and {@code Duration.*}, all
 * static, Treadle's public packages, Reactor's three main classes and the module {@code java.base}.
 * What is printed must equal the text block that follows, if one does. A block that cannot be run
 * has the info string {@code java no-run: "the reason"}; it is compiled all the same.
 *
 * @param fence the block
 * @param expected what it must print, or null when the page does not say
 */
record Snippet(Fence fence, @Nullable String expected) {
  private static final Pattern NO_RUN = Pattern.compile("no-run: \"(.{8,})\"");
  private static final Pattern MAIN = Pattern.compile("(?m)^(public )?(static )?void main\\(");
  private static final Pattern DECLARATION =
      Pattern.compile("^(@|((public|final|abstract|sealed) )*(class|interface) )");
  private static final String IMPORTS =
      """
      import static dev.treadle.Treadle.*;
      import static dev.treadle.reactor.Reactive.*;
      import static java.time.Duration.*;
      import module java.base;
      import dev.treadle.*;
      import dev.treadle.coroutines.*;
      import dev.treadle.io.*;
      import dev.treadle.offload.*;
      import dev.treadle.offload.process.*;
      import dev.treadle.queue.*;
      import dev.treadle.reactor.*;
      import dev.treadle.sync.*;
      import reactor.core.publisher.Flux;
      import reactor.core.publisher.Mono;
      import reactor.util.context.Context;
      """;

  static List<Snippet> of(Page page) {
    List<Fence> fences = page.fences();
    List<Snippet> snippets = new ArrayList<>();
    for (int i = 0; i < fences.size(); i++) {
      if (fences.get(i).language().equals("java")) {
        snippets.add(new Snippet(fences.get(i), output(fences, i + 1)));
      }
    }
    return snippets;
  }

  private static @Nullable String output(List<Fence> fences, int next) {
    if (next == fences.size() || !fences.get(next).adjacent()) {
      return null;
    }
    return fences.get(next).info().equals("text") ? fences.get(next).text() : null;
  }

  String name() {
    return fence.page() + ":" + fence.line();
  }

  /** The name of the class that has the main method. */
  String className() {
    String page = fence.page().replaceFirst("\\.md$", "").replaceAll("[^A-Za-z0-9]", "_");
    return "Snippet_" + page + "_" + fence.line();
  }

  boolean isRun() {
    String remark = fence.remark();
    if (remark.isEmpty()) {
      return true;
    }
    if (!NO_RUN.matcher(remark).matches()) {
      throw new IllegalStateException(
          "unknown remark on a snippet: at="
              + name()
              + " remark="
              + remark
              + "; write: java no-run: \"the reason\"");
    }
    return false;
  }

  String source() {
    String text = fence.text();
    if (MAIN.matcher(text).find()) {
      return text;
    }
    String imports = IMPORTS + text.lines().filter(Snippet::isImport).collect(joined());
    String rest = text.lines().filter(line -> !isImport(line)).collect(joined());
    Matcher declaration = DECLARATION.matcher(rest.stripLeading());
    if (declaration.find()) {
      if (isRun()) {
        throw new IllegalStateException(
            "declarations cannot be run: at=" + name() + "; say why with no-run, or add a main");
      }
      return imports + rest;
    }
    return imports
        + "void main() { Action<Exception> body = this::fragment;"
        + " Loop.builder().clock(new VirtualClock()).run(body); }\n"
        + "void fragment() throws Exception {\n"
        + rest
        + "}\n";
  }

  private static boolean isImport(String line) {
    return line.startsWith("import ");
  }

  private static java.util.stream.Collector<CharSequence, ?, String> joined() {
    return Collectors.collectingAndThen(
        Collectors.joining("\n"), all -> all.isEmpty() ? all : all + "\n");
  }
}
