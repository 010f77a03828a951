/** Single processes and what passes between them; entry class {@link WorkerProcess}. */
@NullMarked
package dev.treadle.offload.process;

import org.jspecify.annotations.NullMarked;
