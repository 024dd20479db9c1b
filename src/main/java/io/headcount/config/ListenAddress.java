package io.headcount.config;

import java.util.List;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Refuses a blank address, which would mean every interface: who opens the service to others must
 * say so.
 */
@Component
final class ListenAddress {
  ListenAddress(Environment environment) {
    for (String key : List.of("server.address", "management.server.address")) {
      String address = environment.getProperty(key);
      if (address != null && address.isBlank()) {
        throw new IllegalStateException(
            key
                + " is blank, which would mean every interface: expected an address such as"
                + " 127.0.0.1, or 0.0.0.0 to listen on all of them (HEADCOUNT_SERVER_ADDRESS,"
                + " HEADCOUNT_MANAGEMENT_ADDRESS)");
      }
    }
  }
}
