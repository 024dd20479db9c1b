/** What starting commands costs a JVM: the libraries one would take, the core, and a floor in C. */
@NullMarked
package io.headcount.bench.core;

import org.jspecify.annotations.NullMarked;
