package io.headcount.security;

import io.headcount.policy.Role;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads a file of tokens: a line each of name, role and {@code sha256:} with the digest of the
 * token, or {@code cert:} with the common name of a client certificate. Blank lines and what
 * follows a {@code #} do not count.
 */
final class TokenList {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
  private static final Pattern DIGEST = Pattern.compile(Credential.TOKEN + "[0-9A-Fa-f]{64}");
  private static final Pattern COMMON_NAME = Pattern.compile(Credential.CERTIFICATE + "\\S{1,64}");
  private static final String EXPECTED =
      "name role sha256:<digest of the token>, or name role cert:<common name>";

  /**
   * Reads the text of a file.
   *
   * @throws BadTokensException if a line is wrong, or there is no token at all
   */
  static List<Credential> parse(String text) {
    List<Credential> found = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      String content = line.replaceFirst("#.*", "").strip();
      if (!content.isEmpty()) {
        Credential credential = read(content, number);
        if (!keys.add(credential.key())) {
          throw wrong(number, "has the digest or the common name of a line above it");
        }
        found.add(credential);
      }
    }
    if (found.isEmpty()) {
      throw new BadTokensException(
          "has no token and no certificate: expected lines of " + EXPECTED);
    }
    return List.copyOf(found);
  }

  private static Credential read(String content, int line) {
    String[] fields = content.split("\\s+", -1);
    if (fields.length != 3) {
      throw wrong(line, "has " + fields.length + " fields, expected 3: " + EXPECTED);
    }
    if (!NAME.matcher(fields[0]).matches()) {
      throw wrong(line, "has a name that is not 1 to 64 letters, digits, '.', '_', '@' and '-'");
    }
    Role role =
        Role.labelled(fields[1])
            .orElseThrow(() -> wrong(line, "has a role that is not viewer, runner or admin"));
    if (COMMON_NAME.matcher(fields[2]).matches()) {
      return new Credential(fields[0], role, fields[2]);
    }
    if (!DIGEST.matcher(fields[2]).matches()) {
      throw wrong(
          line,
          "does not end in sha256: and 64 hexadecimal digits. The token itself must not stand"
              + " there; make its digest by: printf %s \"$token\" | sha256sum");
    }
    return new Credential(fields[0], role, fields[2].toLowerCase(Locale.ROOT));
  }

  private static BadTokensException wrong(int line, String what) {
    return new BadTokensException("line " + line + " " + what);
  }

  private TokenList() {}
}
