/** Queues between tasks; entry class {@link AsyncQueue}. */
@NullMarked
package dev.treadle.queue;

import org.jspecify.annotations.NullMarked;
