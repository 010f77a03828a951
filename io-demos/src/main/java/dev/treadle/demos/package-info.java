/** The demo program; starts in {@link dev.treadle.demos.Demos}. */
@NullMarked
package dev.treadle.demos;

import org.jspecify.annotations.NullMarked;
