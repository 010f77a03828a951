package dev.treadle.testing;

/**
 * What BlockHound remembers of this thread. A thread that loads a class in the very moment in which
 * another installs BlockHound is taken for one that may block, for good; this makes BlockHound look
 * again.
 */
final class BlockHoundState {
  private BlockHoundState() {}

  static void forget() {
    try {
      // In the bootstrap class loader; the copy in BlockHound's jar is another class.
      Class<?> runtime = Class.forName("reactor.blockhound.BlockHoundRuntime", true, null);
      var field = runtime.getDeclaredField("STATE");
      field.setAccessible(true);
      if (field.get(null) instanceof ThreadLocal<?> state) {
        state.remove();
      }
    } catch (ReflectiveOperationException unknownBlockHound) {
      // The probe that follows says that the guard does not act.
    }
  }
}
