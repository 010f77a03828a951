/** CPU-bound steps off the loop; entry classes {@link ProcessPool} and {@link ThreadPool}. */
@NullMarked
package dev.treadle.offload;

import org.jspecify.annotations.NullMarked;
