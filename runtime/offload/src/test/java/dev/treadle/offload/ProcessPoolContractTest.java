package dev.treadle.offload;

/** Worker processes do what all executors do. */
class ProcessPoolContractTest extends AsideContract {
  @Override
  OffloadExecutor open(int parallelism) {
    return ProcessPool.builder().workers(parallelism).open();
  }
}
