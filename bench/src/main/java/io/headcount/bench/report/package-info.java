/** What was measured, and the forms it is shown in: tables, plots, and what was promised of it. */
@NullMarked
package io.headcount.bench.report;

import org.jspecify.annotations.NullMarked;
