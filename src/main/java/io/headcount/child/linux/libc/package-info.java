/** Bindings to libc through {@code java.lang.foreign}: one method a call, no policy. */
@NullMarked
package io.headcount.child.linux.libc;

import org.jspecify.annotations.NullMarked;
