package io.headcount.supervisor;

/**
 * One thing that is wrong with a request.
 *
 * @param pointer JSON pointer (RFC 6901) to the field
 * @param message what was expected, what came
 */
public record Violation(String pointer, String message) {}
