package io.headcount.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/**
 * Certificates in a folder, {@code NAME.crt} and {@code NAME.key}, made by openssl as
 * docs/security.md says.
 */
public record Certificates(Path folder) {
  private static final String[] NEW_KEY = {
    "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"
  };

  public Path certificate(String name) {
    return folder.resolve(name + ".crt");
  }

  public Path key(String name) {
    return folder.resolve(name + ".key");
  }

  /** Makes an authority. */
  public void authority(String name) {
    List<String> command = command("req", "-x509", name, "/CN=" + name);
    command.addAll(List.of("-addext", "keyUsage=critical,keyCertSign,cRLSign"));
    openssl(command);
  }

  /** Makes a certificate for the service, reached at localhost. */
  public void server(String name, String authority) {
    issue(name, "/CN=localhost", authority, "subjectAltName=DNS:localhost,IP:127.0.0.1");
  }

  /** Makes a certificate for a caller. */
  public void client(String name, String subject, String authority) {
    issue(name, subject, authority, "extendedKeyUsage=clientAuth");
  }

  /** Makes a certificate for a caller that expired yesterday. */
  void expired(String name, String subject, String authority) {
    List<String> request = command("req", "-new", name, subject);
    request.set(request.indexOf("-out") + 1, file(name, "csr"));
    openssl(request);
    List<String> command = new ArrayList<>(List.of("x509", "-req", "-in", file(name, "csr")));
    command.addAll(signedBy(authority));
    command.addAll(List.of("-days", "-1", "-out", file(name, "crt")));
    openssl(command);
  }

  private void issue(String name, String subject, String authority, String extension) {
    List<String> command = command("req", "-x509", name, subject);
    command.addAll(signedBy(authority));
    command.addAll(List.of("-addext", "basicConstraints=critical,CA:FALSE", "-addext", extension));
    openssl(command);
  }

  /** Puts a certificate and its key in the place of others, as a mounted Secret would. */
  void replace(String name, String by) throws IOException {
    for (String kind : List.of("key", "crt")) {
      Path next = folder.resolve(name + "." + kind + ".next");
      Files.copy(folder.resolve(by + "." + kind), next, StandardCopyOption.REPLACE_EXISTING);
      Files.move(next, folder.resolve(name + "." + kind), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** What a client has: whom it trusts, and the certificate that it shows, if any. */
  public SSLContext context(@Nullable String own, String... trusted) throws IOException {
    StringBuilder authorities = new StringBuilder();
    for (String name : trusted) {
      authorities.append(Files.readString(certificate(name)));
    }
    PemSslStoreDetails shown =
        own == null
            ? null
            : PemSslStoreDetails.forCertificate(Files.readString(certificate(own)))
                .withPrivateKey(Files.readString(key(own)));
    return SslBundle.of(
            new PemSslStoreBundle(shown, PemSslStoreDetails.forCertificate(authorities.toString())))
        .createSslContext();
  }

  private List<String> command(String tool, String kind, String name, String subject) {
    List<String> command = new ArrayList<>(List.of(tool, kind, "-subj", subject, "-days", "30"));
    command.addAll(Arrays.asList(NEW_KEY));
    command.addAll(List.of("-keyout", file(name, "key"), "-out", file(name, "crt")));
    return command;
  }

  private List<String> signedBy(String authority) {
    return List.of("-CA", file(authority, "crt"), "-CAkey", file(authority, "key"));
  }

  private String file(String name, String kind) {
    return folder.resolve(name + "." + kind).toString();
  }

  private static void openssl(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(arguments);
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(String.join(" ", command) + ": " + said);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
