@NullMarked
package dev.treadle.offload.memory;

import org.jspecify.annotations.NullMarked;
