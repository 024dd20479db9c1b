/** What starting a command costs and how fast its output goes, beside the machine's limits. */
@NullMarked
package io.headcount.bench;

import org.jspecify.annotations.NullMarked;
