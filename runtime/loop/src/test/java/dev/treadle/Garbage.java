package dev.treadle;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;

/** What a test does to have the collector run, and to know that it has. Blocks. */
public final class Garbage {
  private static final long MOST_MILLIS = 100;

  private Garbage() {}

  /** Collects until the JVM has told of an object that nobody has. */
  public static void collect() throws InterruptedException {
    ReferenceQueue<Object> told = new ReferenceQueue<>();
    PhantomReference<Object> dead = new PhantomReference<>(new Object(), told);
    await(told);
    Reference.reachabilityFence(dead);
  }

  /** Collects until the JVM has told this queue of something. */
  public static void await(ReferenceQueue<?> told) throws InterruptedException {
    do {
      System.gc();
    } while (told.remove(MOST_MILLIS) == null);
  }
}
