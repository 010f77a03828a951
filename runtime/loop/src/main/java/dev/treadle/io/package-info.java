/** Files, standard streams, child processes and signals; entry class AsyncFiles. */
@NullMarked
package dev.treadle.io;

import org.jspecify.annotations.NullMarked;
