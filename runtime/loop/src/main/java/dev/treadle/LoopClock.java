package dev.treadle;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;

/** A virtual clock as {@code java.time} sees it. */
final class LoopClock extends Clock {
  private final VirtualClock virtual;
  private final ZoneId zone;

  LoopClock(VirtualClock virtual) {
    this(virtual, ZoneId.systemDefault());
  }

  private LoopClock(VirtualClock virtual, ZoneId zone) {
    this.virtual = virtual;
    this.zone = zone;
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  @Override
  public Clock withZone(ZoneId other) {
    return new LoopClock(virtual, other);
  }

  @Override
  public Instant instant() {
    return virtual.instant();
  }
}
