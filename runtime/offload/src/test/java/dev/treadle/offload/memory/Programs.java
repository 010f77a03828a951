package dev.treadle.offload.memory;

import java.io.ByteArrayInputStream;
import java.io.ObjectInputStream;
import java.util.HexFormat;

/** What other processes do in the tests. Each prints a line when it is ready for the next. */
final class Programs {
  private Programs() {}

  public static void main(String[] arguments) throws Exception {
    String name = arguments[1];
    switch (arguments[0]) {
      case "create" -> {
        SharedMemory memory =
            name.equals("-") ? SharedMemory.create(64) : SharedMemory.create(name, 64);
        memory.longs().set(0, 42);
        IO.println("created " + memory.name());
        IO.readln();
      }
      case "attach" -> {
        SharedMemory memory = SharedMemory.open(name);
        IO.println("read " + memory.longs().get(0));
        memory.longs().set(1, memory.longs().get(0) + 1);
        IO.println("written");
        IO.readln();
      }
      case "receive" -> {
        byte[] sent = HexFormat.of().parseHex(name);
        try (var in = new ObjectInputStream(new ByteArrayInputStream(sent))) {
          Object received = in.readObject();
          IO.println("received " + received.getClass().getSimpleName());
          use(received);
        }
        IO.readln();
      }
      case "add" -> {
        try (SharedMemory memory = SharedMemory.open(name)) {
          SharedLongs counters = memory.longs();
          IO.println("ready");
          IO.readln();
          for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
            counters.getAndAdd(0, 1);
            memory.ints().getAndAdd(2, 1);
            memory.doubles().addAndGet(2, 0.5);
          }
        }
      }
      case "add-locked" -> {
        try (SharedMemory memory = SharedMemory.open(name);
            SharedLock lock = SharedLock.open(arguments[2])) {
          IO.println("ready");
          IO.readln();
          for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
            try (Permit held = lock.acquire()) {
              // Not atomic, and not even volatile: the lock has to do.
              memory.longs().set(0, memory.longs().get(0) + 1);
              memory.longs().set(1, ProcessHandle.current().pid());
              if (held.deadHolder().isPresent()) {
                throw new AssertionError("nobody has died");
              }
            }
          }
        }
      }
      case "hold-semaphore" -> {
        SharedSemaphore semaphore = SharedSemaphore.open(name);
        for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
          semaphore.acquire();
        }
        IO.println("held");
        IO.readln();
      }
      case "hold-lock" -> {
        SharedLock lock = SharedLock.open(name);
        lock.acquire();
        IO.println("held");
        IO.readln();
      }
      case "create-semaphore" -> {
        SharedSemaphore.create(name, 1);
        SharedSemaphore.create(2);
        IO.println("created");
        IO.readln();
      }
      case "churn" -> {
        SharedSemaphore semaphore = SharedSemaphore.open(name);
        IO.println("churning");
        while (true) {
          semaphore.acquire().close();
        }
      }
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void use(Object received) {
    switch (received) {
      case SharedMemory memory -> IO.println("read " + memory.longs().getAndAdd(0, 1));
      case SharedSemaphore semaphore -> {
        semaphore.acquire();
        IO.println("available " + semaphore.availablePermits());
      }
      case SharedLock lock -> {
        lock.acquire();
        IO.println("holder " + (lock.holder().orElseThrow() == ProcessHandle.current().pid()));
      }
      default -> throw new IllegalArgumentException(received.toString());
    }
  }
}
