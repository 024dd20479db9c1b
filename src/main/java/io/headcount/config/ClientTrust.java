package io.headcount.config;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.server.Ssl;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Refuses to ask for client certificates without saying whose are trusted: Java would trust those
 * of every authority that it knows, and callers are known by a name that any of them may give.
 */
@Component
final class ClientTrust {
  ClientTrust(Environment environment, SslBundles bundles) {
    for (String key : new String[] {"server.ssl", "management.server.ssl"}) {
      Ssl ssl = Binder.get(environment).bind(key, Ssl.class).orElse(null);
      if (ssl != null && ssl.isEnabled() && asks(ssl.getClientAuth()) && !isSaid(ssl, bundles)) {
        throw new InvalidConfigurationPropertyValueException(
            key + ".client-auth",
            ssl.getClientAuth(),
            "It needs the authority whose client certificates are trusted: name its file by"
                + " HEADCOUNT_TLS_CLIENT_CA (or give the SSL bundle a truststore).");
      }
    }
  }

  private static boolean asks(Ssl.@Nullable ClientAuth clientAuth) {
    return clientAuth == Ssl.ClientAuth.WANT || clientAuth == Ssl.ClientAuth.NEED;
  }

  private static boolean isSaid(Ssl ssl, SslBundles bundles) {
    String name = ssl.getBundle();
    if (name == null || name.isBlank()) {
      return ssl.getTrustStore() != null || ssl.getTrustCertificate() != null;
    }
    return bundles.getBundle(name).getStores().getTrustStore() != null;
  }
}
