package io.headcount.security;

import io.headcount.policy.Role;
import java.io.Serializable;

/**
 * A token that is accepted.
 *
 * @param name of the caller; several tokens may have the same
 * @param role of the caller
 * @param digest SHA-256 of the token, in hexadecimal
 */
record Credential(String name, Role role, String digest) implements Serializable {}
