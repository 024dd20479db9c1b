/** What may be run, and with which environment; knows no web and no framework. */
@NullMarked
package io.headcount.policy;

import org.jspecify.annotations.NullMarked;
