/** The event loop and its tasks; entry class {@link Treadle}. */
@NullMarked
package dev.treadle;

import org.jspecify.annotations.NullMarked;
