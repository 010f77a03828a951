/** A look into the loops of another process; entry class {@link Main}. */
@NullMarked
package dev.treadle.debug;

import org.jspecify.annotations.NullMarked;
