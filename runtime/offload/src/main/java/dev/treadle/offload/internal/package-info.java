/** What parent and worker say to each other, and the worker itself; JDK only, not for users. */
@NullMarked
package dev.treadle.offload.internal;

import org.jspecify.annotations.NullMarked;
