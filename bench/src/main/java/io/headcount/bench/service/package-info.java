/** The whole service over HTTP, beside what people take instead of it. */
@NullMarked
package io.headcount.bench.service;

import org.jspecify.annotations.NullMarked;
