/** HTTP on Reactor Netty with handlers in plain sequential code; entry class {@link Http}. */
@NullMarked
package dev.treadle.http;

import org.jspecify.annotations.NullMarked;
