/** How many clients may be connected, and how long one may keep the service waiting. */
@NullMarked
package io.headcount.connections;

import org.jspecify.annotations.NullMarked;
