/** Generators and send-style coroutines; entry classes {@code Generator} and {@code Coroutine}. */
@NullMarked
package dev.treadle.coroutines;

import org.jspecify.annotations.NullMarked;
