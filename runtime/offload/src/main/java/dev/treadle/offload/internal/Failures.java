package dev.treadle.offload.internal;

import dev.treadle.offload.RemoteFailureException;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Failures as bytes: as text, which always arrives, and whole where both sides can. */
final class Failures {
  private static final int MAX_CAUSES = 16;
  private static final int MAX_FRAMES = 200;

  private Failures() {}

  static Encoded encode(long nanos, Throwable failure, boolean whole) {
    ByteWriter out = new ByteWriter(1024);
    out.i8(nanos);
    text(failure, out, 0);
    int mark = out.at;
    if (whole) {
      out.u1(1);
      ValueWriter values = new ValueWriter(out, Segments.none(), false, false);
      try {
        values.write(failure);
        values.finish();
        return out.encoded(values.files());
      } catch (IOException | RuntimeException | StackOverflowError unsendable) {
        out.at = mark;
      }
    }
    out.u1(0);
    return out.encoded(java.util.List.of());
  }

  private static void text(Throwable failure, ByteWriter out, int depth) {
    out.string(failure.getClass().getName());
    out.nullable(message(failure));
    StackTraceElement[] frames = failure.getStackTrace();
    int count = Math.min(frames.length, MAX_FRAMES);
    out.count(count);
    for (int i = 0; i < count; i++) {
      out.string(frames[i].getClassName());
      out.string(frames[i].getMethodName());
      out.nullable(frames[i].getFileName());
      out.i4(frames[i].getLineNumber());
    }
    Throwable cause = failure.getCause();
    if (cause == null || depth >= MAX_CAUSES) {
      out.u1(0);
    } else {
      out.u1(1);
      text(cause, out, depth + 1);
    }
  }

  private static @Nullable String message(Throwable failure) {
    try {
      return failure.getMessage();
    } catch (RuntimeException hostile) {
      return "getMessage() failed: " + hostile.getClass().getName();
    }
  }

  static Throwable decode(ByteBuffer payload, Segments segments, ObjectInputFilter filter) {
    RemoteFailureException text;
    ByteReader in = new ByteReader(payload);
    try {
      in.i8();
      text = text(in, 0);
      if (in.u1() == 0) {
        return text;
      }
    } catch (RuntimeException malformed) {
      return malformed;
    }
    try {
      ValueReader values = new ValueReader(payload, segments, filter);
      Object whole = values.read();
      values.finish();
      if (whole instanceof Throwable failure) {
        return failure;
      }
    } catch (IOException
        | ClassNotFoundException
        | RuntimeException
        | LinkageError
        | StackOverflowError unreadable) {
      text.addSuppressed(unreadable);
    }
    return text;
  }

  private static RemoteFailureException text(ByteReader in, int depth) {
    String type = in.string();
    String message = in.nullable();
    RemoteFailureException failure =
        new RemoteFailureException(type, message == null ? type : type + ": " + message);
    int count = in.count();
    in.need(count, "stack frames");
    StackTraceElement[] frames = new StackTraceElement[count];
    for (int i = 0; i < count; i++) {
      frames[i] = new StackTraceElement(in.string(), in.string(), in.nullable(), in.i4());
    }
    failure.setStackTrace(frames);
    if (in.u1() != 0) {
      if (depth > MAX_CAUSES) {
        throw new MalformedException(
            "reading a failure: causes=" + depth + "; it was not written by this version");
      }
      failure.initCause(text(in, depth + 1));
    }
    return failure;
  }
}
