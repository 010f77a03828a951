package dev.treadle;

import reactor.core.scheduler.NonBlocking;

/** The thread of a loop that was started, not borrowed. */
final class LoopThread extends Thread implements NonBlocking {
  LoopThread(Runnable body, String name) {
    super(body, name);
    setDaemon(true);
  }
}
