package dev.treadle.offload;

import dev.treadle.offload.internal.Codec;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What steps are called in errors and logs; asked once for each place in the code. */
final class StepNames {
  /** A lambda's class belongs to its place: what one instance is called, all are. */
  private static final ClassValue<AtomicReference<@Nullable String>> NAMES =
      new ClassValue<>() {
        @Override
        protected AtomicReference<@Nullable String> computeValue(Class<?> type) {
          return new AtomicReference<>();
        }
      };

  private StepNames() {}

  static String of(Object step) {
    AtomicReference<@Nullable String> known = NAMES.get(step.getClass());
    String name = known.get();
    if (name == null) {
      name = Codec.name(step);
      known.set(name);
    }
    return name;
  }

  static String of(Object step, CallOptions options) {
    String given = options.name();
    return given == null ? of(step) : given;
  }
}
