package io.headcount.api;

/** A record that is read from a JSON body by {@link RequestConverter}. */
interface ApiRequest {}
