/** Tests on the loop, and a guard against blocking it; entry class {@link TreadleTest}. */
@NullMarked
package dev.treadle.testing;

import org.jspecify.annotations.NullMarked;
