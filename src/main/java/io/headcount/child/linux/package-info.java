/** Runs commands on Linux: {@code posix_spawn}, {@code epoll}, {@code pidfd} and {@code /proc}. */
@NullMarked
package io.headcount.child.linux;

import org.jspecify.annotations.NullMarked;
