/** Memory and semaphores shared between processes; entry class {@link SharedMemory}. */
@NullMarked
package dev.treadle.offload.memory;

import org.jspecify.annotations.NullMarked;
