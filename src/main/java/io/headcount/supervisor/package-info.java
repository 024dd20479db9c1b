/** Decides what may start, follows each run from start to end, and answers for all of them. */
@NullMarked
package io.headcount.supervisor;

import org.jspecify.annotations.NullMarked;
