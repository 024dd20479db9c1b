/** What can be set, and the beans that are made of it. The only place that names the adapters. */
@NullMarked
package io.headcount.config;

import org.jspecify.annotations.NullMarked;
