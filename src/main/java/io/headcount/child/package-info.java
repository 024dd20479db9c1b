/**
 * The only seam to something that runs a command. Nothing here assumes a local pid, descriptor or
 * {@code /proc}.
 */
@NullMarked
package io.headcount.child;

import org.jspecify.annotations.NullMarked;
