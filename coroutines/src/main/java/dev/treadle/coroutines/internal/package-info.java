/** The one door to the JDK's continuations; entry class {@link Fiber}. Not API. */
@NullMarked
package dev.treadle.coroutines.internal;

import org.jspecify.annotations.NullMarked;
