/** The output journal of a run, and the cursors that read it. */
@NullMarked
package io.headcount.output;

import org.jspecify.annotations.NullMarked;
