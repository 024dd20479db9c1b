/** Who calls, and what that caller may ask for. */
@NullMarked
package io.headcount.security;

import org.jspecify.annotations.NullMarked;
