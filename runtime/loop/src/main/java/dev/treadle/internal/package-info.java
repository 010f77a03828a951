/** What the other modules of Treadle share with the loop, and nobody else. */
@NullMarked
package dev.treadle.internal;

import org.jspecify.annotations.NullMarked;
