/** Locks and the like between tasks; entry class {@link AsyncLock}. */
@NullMarked
package dev.treadle.sync;

import org.jspecify.annotations.NullMarked;
