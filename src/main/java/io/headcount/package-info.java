/** The entry point, and nothing else. */
@NullMarked
package io.headcount;

import org.jspecify.annotations.NullMarked;
