/** Byte streams over sockets, for tasks; entry class {@link Net}. */
@NullMarked
package dev.treadle.io;

import org.jspecify.annotations.NullMarked;
