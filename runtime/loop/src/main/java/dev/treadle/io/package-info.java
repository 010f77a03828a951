/**
 * Byte streams for tasks; entry classes {@link Net}, {@link AsyncFiles}, {@link Subprocess}, {@link
 * Stdio}, and {@link Signals}, which are none.
 */
@NullMarked
package dev.treadle.io;

import org.jspecify.annotations.NullMarked;
