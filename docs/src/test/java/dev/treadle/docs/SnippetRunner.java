package dev.treadle.docs;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** Compiles a snippet and runs it in this JVM, in a class loader and a thread of its own. */
final class SnippetRunner {
  private static final long TIMEOUT_SECONDS = 120;

  private final Path folder;

  SnippetRunner(Path folder) {
    this.folder = folder;
  }

  /**
   * Compiles the snippet.
   *
   * @return the folder with its classes
   * @throws AssertionError with the compiler's messages and the source, if it does not compile
   */
  Path compile(Snippet snippet) throws IOException {
    Path classes = Files.createDirectories(folder.resolve(snippet.className()));
    Path source = classes.resolve(snippet.className() + ".java");
    Files.writeString(source, snippet.source());
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (var files = javac.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      List<String> options =
          List.of(
              "-cp",
              System.getProperty("java.class.path"),
              "-d",
              classes.toString(),
              "-proc:none",
              "-parameters");
      boolean compiles =
          javac
              .getTask(messages, files, null, options, null, files.getJavaFileObjects(source))
              .call();
      if (!compiles) {
        throw new AssertionError(
            "snippet does not compile: at=" + snippet.name() + "\n" + messages + numbered(source));
      }
    }
    return classes;
  }

  /**
   * Compiles and runs the snippet.
   *
   * @return what it printed
   * @throws AssertionError if it does not compile, throws, or does not end in time
   */
  String run(Snippet snippet) throws IOException, InterruptedException {
    Path classes = compile(snippet);
    PrintStream console = System.out;
    String classPath = System.getProperty("java.class.path");
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
      FutureTask<@Nullable Void> program =
          new FutureTask<>(
              () -> {
                invokeMain(loader.loadClass(snippet.className()));
                return null;
              });
      Thread thread = new Thread(program, "main");
      thread.setDaemon(true);
      // As a program's own would be: a pool's worker processes get it.
      System.setProperty("java.class.path", classPath + File.pathSeparator + classes);
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      // For worker processes: the classes of the snippet's steps are on no class path yet.
      System.setProperty("java.class.path", classPath + File.pathSeparator + classes);
      thread.start();
      try {
        program.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        AssertionError hangs = new AssertionError("snippet does not end: at=" + snippet.name(), e);
        hangs.setStackTrace(thread.getStackTrace());
        throw hangs;
      } catch (ExecutionException e) {
        throw new AssertionError(
            "snippet fails: at=" + snippet.name() + " printed=" + printed, e.getCause());
      }
    } finally {
      System.setOut(console);
      System.setProperty("java.class.path", classPath);
    }
    return printed.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }

  private static void invokeMain(Class<?> program) {
    try {
      Method main =
          Arrays.stream(program.getDeclaredMethods())
              .filter(method -> method.getName().equals("main"))
              .findFirst()
              .orElseThrow();
      Constructor<?> constructor = program.getDeclaredConstructor();
      constructor.setAccessible(true);
      main.setAccessible(true);
      Object[] arguments =
          main.getParameterCount() == 0 ? new Object[0] : new Object[] {new String[0]};
      main.invoke(constructor.newInstance(), arguments);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("no main method: class=" + program, e);
    }
  }

  private static String numbered(Path source) throws IOException {
    StringBuilder text = new StringBuilder();
    int number = 0;
    for (String line : Files.readAllLines(source)) {
      text.append(++number).append(": ").append(line).append('\n');
    }
    return text.toString();
  }
}
