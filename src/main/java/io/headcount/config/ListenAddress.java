package io.headcount.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Refuses a blank address, which would mean every interface: who opens the service to others must
 * say so, and must give credentials. Refuses one port for both, for who may reach the management
 * port need not be let in to the service.
 */
@Component
final class ListenAddress {
  private static final String MANAGEMENT_PORT = "management.server.port";

  ListenAddress(Environment environment, SecurityProperties security) {
    if (ManagementPortType.get(environment) == ManagementPortType.SAME) {
      throw new InvalidConfigurationPropertyValueException(
          MANAGEMENT_PORT,
          environment.getProperty(MANAGEMENT_PORT),
          "It is the service's own: expected another (HEADCOUNT_MANAGEMENT_PORT), or -1 for none.");
    }
    for (String key : List.of("server.address", "management.server.address")) {
      String address = environment.getProperty(key);
      if (address == null) {
        continue;
      }
      if (address.isBlank()) {
        throw new IllegalStateException(
            key
                + " is blank, which would mean every interface: expected an address such as"
                + " 127.0.0.1, or 0.0.0.0 to listen on all of them (HEADCOUNT_SERVER_ADDRESS,"
                + " HEADCOUNT_MANAGEMENT_ADDRESS)");
      }
      if (!security.hasCredentials() && !isLoopback(key, address)) {
        throw new UnprotectedAddressException(key, address);
      }
    }
  }

  private static boolean isLoopback(String key, String address) {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException(
          key + " is " + address + ", which is no address and no name of a host", e);
    }
  }
}
