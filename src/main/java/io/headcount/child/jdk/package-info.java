/**
 * The child contract on {@link ProcessBuilder} and {@link ProcessHandle}, for any system Java runs
 * on.
 */
@NullMarked
package io.headcount.child.jdk;

import org.jspecify.annotations.NullMarked;
