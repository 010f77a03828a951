/** Tests of the demo program; {@link dev.treadle.demos.Ran} runs a command. */
@NullMarked
package dev.treadle.demos;

import org.jspecify.annotations.NullMarked;
