/** Meters, health and the management endpoint of the runs and their processes. */
@NullMarked
package io.headcount.metrics;

import org.jspecify.annotations.NullMarked;
