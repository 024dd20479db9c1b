package io.headcount.security;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens of a file, and the names of certificates in it, as it was when it was last good.
 * Thread-safe.
 *
 * <p>A look reads the whole file: it is small, and neither a link that was swapped nor a change
 * within the clock's grain can be missed.
 */
final class Tokens {
  private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);
  private static final int LEAST_LENGTH = 32;
  private static final int MOST_BYTES = 1 << 20;

  private final Path file;
  private volatile List<Credential> current;

  // The looker's own.
  private byte[] content;
  private @Nullable String trouble;

  /**
   * Reads a file for the first time.
   *
   * @throws BadTokensException if it cannot be used
   */
  Tokens(Path file) {
    this.file = file;
    try {
      content = read();
      current = TokenList.parse(text(content));
    } catch (BadTokensException e) {
      throw new BadTokensException(file + " " + e.getMessage());
    } catch (IOException e) {
      throw new BadTokensException(file + " cannot be read: " + e);
    }
    LOG.info("event=tokens-read file={} tokens={}", file, current.size());
  }

  /** The credential of a token, null if it is none. All are compared, in constant time. */
  @Nullable Credential find(String token) {
    if (token.length() < LEAST_LENGTH) {
      return null;
    }
    byte[] digest = digest(token);
    Credential found = null;
    for (Credential each : current) {
      if (MessageDigest.isEqual(digest, each.key().getBytes(StandardCharsets.UTF_8))) {
        found = each;
      }
    }
    return found;
  }

  /** The credential of a client certificate by its common name, null if it is none. */
  @Nullable Credential findCertificate(String commonName) {
    String key = Credential.CERTIFICATE + commonName;
    return current.stream().filter(each -> each.key().equals(key)).findFirst().orElse(null);
  }

  /** Whether a credential is still accepted, for the same caller in the same role. */
  boolean hold(Credential credential) {
    return current.contains(credential);
  }

  /** Takes what the file has become. One that cannot be used changes nothing. */
  synchronized void look() {
    try {
      byte[] now = read();
      if (trouble == null && Arrays.equals(now, content)) {
        return;
      }
      List<Credential> next = TokenList.parse(text(now));
      content = now;
      current = next;
      trouble = null;
      LOG.info("event=tokens-read file={} tokens={}", file, next.size());
    } catch (BadTokensException e) {
      tell(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      tell("cannot be read: " + e);
    }
  }

  /** Once, not at every look. */
  private void tell(String what) {
    if (!what.equals(trouble)) {
      trouble = what;
      LOG.error("event=tokens-refused file={} problem=\"{}\" kept={}", file, what, current.size());
    }
  }

  private byte[] read() throws IOException {
    try (InputStream stream = Files.newInputStream(file)) {
      byte[] bytes = stream.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new BadTokensException("is larger than " + MOST_BYTES + " bytes");
      }
      return bytes;
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static byte[] digest(String token) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
      String key = Credential.TOKEN + HexFormat.of().formatHex(digest);
      return key.getBytes(StandardCharsets.UTF_8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
