package dev.treadle.offload.internal;

import java.io.Serializable;

/**
 * Stands in a JDK stream for what that cannot write, or not well: large arrays, buffers, memory.
 */
@SuppressWarnings("ArrayRecordComponent")
record Sent(byte[] payload) implements Serializable {}
