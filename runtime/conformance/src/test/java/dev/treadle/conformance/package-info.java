/** Counts the tests of other projects that are ported here; begins at {@link Ports}. */
@NullMarked
package dev.treadle.conformance;

import org.jspecify.annotations.NullMarked;
