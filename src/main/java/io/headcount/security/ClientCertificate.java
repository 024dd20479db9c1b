package io.headcount.security;

import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * What a client showed in the TLS handshake, where its chain and times were checked (RFC 5280).
 *
 * @param commonName of its subject
 * @param until when it expires
 */
record ClientCertificate(String commonName, Instant until) {
  /** Of Jakarta Servlet; the server fills it in, and no header can. */
  private static final String ATTRIBUTE = "jakarta.servlet.request.X509Certificate";

  /** The certificate of a request; null if there is none, or none with one common name. */
  static @Nullable ClientCertificate of(HttpServletRequest request) {
    if (!request.isSecure()
        || !(request.getAttribute(ATTRIBUTE) instanceof X509Certificate[] chain)
        || chain.length == 0) {
      return null;
    }
    String name = commonName(chain[0].getSubjectX500Principal());
    return name == null ? null : new ClientCertificate(name, chain[0].getNotAfter().toInstant());
  }

  /** Connections outlive certificates. */
  boolean isOver() {
    return until.isBefore(Instant.now());
  }

  private static @Nullable String commonName(X500Principal subject) {
    try {
      List<Rdn> names =
          new LdapName(subject.getName(X500Principal.RFC2253))
              .getRdns().stream().filter(each -> each.getType().equalsIgnoreCase("CN")).toList();
      return names.size() == 1 && names.getFirst().getValue() instanceof String name ? name : null;
    } catch (InvalidNameException e) {
      return null;
    }
  }
}
