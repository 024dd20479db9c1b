package io.headcount.config;

import java.io.Serial;

/** The service was to listen where others can reach it, without asking who calls. */
final class UnprotectedAddressException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  UnprotectedAddressException(String key, String address) {
    super(key + " is " + address + ", which is no loopback address, and no credentials are given");
  }
}
