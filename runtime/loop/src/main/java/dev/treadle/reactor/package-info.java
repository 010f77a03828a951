/** Reactor, both ways; start at {@link dev.treadle.reactor.Reactive}. */
@NullMarked
package dev.treadle.reactor;

import org.jspecify.annotations.NullMarked;
