/** Runs commands on Linux: {@code clone}, {@code epoll}, {@code pidfd} and {@code /proc}. */
@NullMarked
package io.headcount.child.linux;

import org.jspecify.annotations.NullMarked;
