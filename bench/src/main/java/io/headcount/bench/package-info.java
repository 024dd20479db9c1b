/** What starting a command costs, beside ProcessBuilder and the limit of the machine. */
@NullMarked
package io.headcount.bench;

import org.jspecify.annotations.NullMarked;
