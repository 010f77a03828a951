package dev.treadle.offload.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against the Python on the PATH: {@code multiprocessing.shared_memory}, and a semaphore. */
class PythonInteropTest {
  private static final String ATTACH =
      """
      import sys
      from multiprocessing import shared_memory, resource_tracker
      memory = shared_memory.SharedMemory(name=sys.argv[1])
      if sys.argv[2] == 'untracked':
          resource_tracker.unregister(memory._name, 'shared_memory')
      print('read', bytes(memory.buf[:5]).decode(), memory.size)
      memory.buf[:5] = b'there'
      print('written')
      input()
      memory.close()
      """;

  private static final String CREATE =
      """
      import sys
      from multiprocessing import shared_memory
      memory = shared_memory.SharedMemory(name=sys.argv[1] or None, create=True, size=64)
      memory.buf[:5] = b'hello'
      print('created', memory.name)
      input()
      print('read', bytes(memory.buf[:5]).decode())
      other = shared_memory.SharedMemory(name=memory.name)
      print('still', other.name)
      other.close()
      memory.close()
      memory.unlink()
      """;

  private static final String SEMAPHORE =
      """
      import ctypes, sys
      libc = ctypes.CDLL(None, use_errno=True)
      libc.sem_open.restype = ctypes.c_void_p
      semaphore = ctypes.c_void_p(libc.sem_open(b'/' + sys.argv[1].encode(), 0))
      assert semaphore.value
      assert libc.sem_wait(semaphore) == 0
      print('taken')
      input()
      assert libc.sem_post(semaphore) == 0
      print('given')
      input()
      assert libc.sem_wait(semaphore) == 0
      print('taken again')
      """;

  @BeforeAll
  static void needsPython() throws InterruptedException {
    assumeTrue(hasSharedMemory(), "no python3 with multiprocessing.shared_memory on the PATH");
  }

  private static boolean hasSharedMemory() throws InterruptedException {
    try {
      Process python =
          new ProcessBuilder("python3", "-c", "import multiprocessing.shared_memory")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return python.waitFor(2, TimeUnit.MINUTES) && python.exitValue() == 0;
    } catch (IOException none) {
      return false;
    }
  }

  @Test
  void shouldBeReadAndWrittenByPythonWhenCreatedHere() throws Exception {
    try (SharedMemory memory = SharedMemory.create(64)) {
      try (Child python = attached(memory, "untracked")) {
        assertThat(memory.segment().getString(0)).isEqualTo("there");
        python.type("end");
        python.awaitEnd();
      }
      SharedMemory.open(memory.name()).close();
    }
  }

  @Test
  void shouldBeFoundByPythonUnderANameOfOurs() throws Exception {
    try (SharedMemory memory = SharedMemory.create(Sent.name(), 64);
        Child python = attached(memory, "untracked")) {
      assertThat(memory.segment().getString(0)).isEqualTo("there");
      python.type("end");
      python.awaitEnd();
    }
  }

  /**
   * The resource tracker of a Python that only attached removes the name at its end (gh-82300),
   * before 3.13 always. What is mapped here stays, and closing it is no error.
   */
  @Test
  void shouldSurviveWhatPythonsTrackerDoes() throws Exception {
    try (SharedMemory memory = SharedMemory.create(Sent.name(), 64)) {
      try (Child python = attached(memory, "tracked")) {
        python.type("end");
        python.awaitEnd();
      }
      assertThat(memory.segment().getString(0)).isEqualTo("there");
      memory.unlink();
    }
  }

  private static Child attached(SharedMemory memory, String tracking) throws IOException {
    memory.segment().setString(0, "hello");
    Child python = Child.python(ATTACH, memory.name(), tracking);
    assertThat(python.await("read ")).isEqualTo("hello 64");
    python.await("written");
    return python;
  }

  @Test
  void shouldReadAndWriteWhatPythonCreated() throws Exception {
    for (String name : new String[] {"", Sent.name()}) {
      try (Child python = Child.python(CREATE, name)) {
        String created = python.await("created ");
        try (SharedMemory memory = SharedMemory.open(created)) {
          assertThat(memory.size()).isEqualTo(64);
          assertThat(memory.segment().getString(0)).isEqualTo("hello");
          memory.segment().setString(0, "there");
        }
        python.type("go on");
        assertThat(python.await("read ")).isEqualTo("there");
        // Closing ours has not taken it away.
        assertThat(python.await("still ")).isEqualTo(created);
        python.awaitEnd();
      }
    }
  }

  @Test
  void shouldStayWhenAJvmThatOpenedWhatPythonCreatedEnds() throws Exception {
    try (Child python = Child.python(CREATE, "")) {
      String created = python.await("created ");
      try (Child java = Child.java("attach", created)) {
        java.await("written");
        java.type("end");
        java.awaitEnd();
      }
      python.type("go on");
      assertThat(python.await("still ")).isEqualTo(created);
      python.awaitEnd();
    }
  }

  @Test
  void shouldShareASemaphoreWithPython() throws Exception {
    try (SharedSemaphore semaphore = SharedSemaphore.create(Sent.name(), 1);
        Child python = Child.python(SEMAPHORE, semaphore.name())) {
      python.await("taken");
      assertThat(semaphore.availablePermits()).isZero();
      assertThat(semaphore.tryAcquire()).isNull();
      python.type("give it back");
      Permit permit = semaphore.acquire();
      python.await("given");
      assertThat(semaphore.availablePermits()).isZero();
      permit.close();
      python.type("take it again");
      python.await("taken again");
      python.awaitEnd();
    }
  }
}
