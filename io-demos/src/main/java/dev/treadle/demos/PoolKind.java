package dev.treadle.demos;

import dev.treadle.offload.InlineExecutor;
import dev.treadle.offload.OffloadExecutor;
import dev.treadle.offload.ProcessPool;
import dev.treadle.offload.ThreadPool;

/** Where steps are done: the same steps, the same calls. */
enum PoolKind {
  NONE {
    @Override
    OffloadExecutor open() {
      return new InlineExecutor();
    }
  },
  THREAD {
    @Override
    OffloadExecutor open() {
      return new ThreadPool();
    }
  },
  PROCESS {
    @Override
    OffloadExecutor open() {
      return ProcessPool.open();
    }
  };

  /** One of as many workers as there are processors. */
  abstract OffloadExecutor open();

  @Override
  public String toString() {
    return OneOf.text(this);
  }

  /** Reads it from the command line. */
  static final class Converter extends OneOf<PoolKind> {
    Converter() {
      super(PoolKind.class);
    }
  }
}
