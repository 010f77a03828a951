package dev.treadle.offload.process;

/** Whether something can be put, and if not, why; the ordinals go over the wire. */
enum State {
  /** It can. */
  OPEN,
  /** It was closed; what was put before can still be taken. */
  CLOSED,
  /** Whoever would take it is gone. */
  ABANDONED,
  /** Its home is gone. */
  LOST
}
