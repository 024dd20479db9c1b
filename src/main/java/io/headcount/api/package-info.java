/** The HTTP contract: runs, their streams, and a problem document for every error. */
@NullMarked
package io.headcount.api;

import org.jspecify.annotations.NullMarked;
