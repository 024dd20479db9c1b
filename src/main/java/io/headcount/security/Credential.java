package io.headcount.security;

import io.headcount.policy.Role;
import java.io.Serializable;

/**
 * What lets a caller in.
 *
 * @param name of the caller; several credentials may have the same
 * @param role of the caller
 * @param key {@code sha256:} and the SHA-256 of a token, in hexadecimal; or {@code cert:} and the
 *     common name of a client certificate
 */
record Credential(String name, Role role, String key) implements Serializable {
  static final String TOKEN = "sha256:";
  static final String CERTIFICATE = "cert:";
}
