/** Tests of the documentation and of the module arrows; entry class {@link SnippetsTest}. */
@NullMarked
package dev.treadle.docs;

import org.jspecify.annotations.NullMarked;
