package io.headcount.config;

import io.headcount.security.BadTokensException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/** Says how to give credentials, instead of a stack trace. */
final class SecurityFailureAnalyzer implements FailureAnalyzer {
  private static final String HOW =
      """
      Give credentials: a file with a line for each token,

          name role sha256:<digest>

      role is viewer, runner or admin. A token has 32 characters or more, and this makes one and its line:

          token=$(openssl rand -hex 32); echo "ops admin sha256:$(printf %s "$token" | sha256sum | cut -d' ' -f1)"

      Name the file by headcount.security.tokens-file (HEADCOUNT_SECURITY_TOKENS_FILE). Or accept the tokens of an
      issuer: headcount.security.jwt.issuer-uri (HEADCOUNT_SECURITY_JWT_ISSUER_URI).\
      """;

  @Override
  public @Nullable FailureAnalysis analyze(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      switch (each) {
        case UnprotectedAddressException open -> {
          return new FailureAnalysis(
              "Whoever reaches this service runs commands: " + open.getMessage() + ".",
              "Listen on 127.0.0.1 (HEADCOUNT_SERVER_ADDRESS, HEADCOUNT_MANAGEMENT_ADDRESS). "
                  + HOW,
              open);
        }
        case BadTokensException wrong -> {
          return new FailureAnalysis(
              "The file of headcount.security.tokens-file cannot be used: "
                  + wrong.getMessage()
                  + ".",
              HOW,
              wrong);
        }
        default -> {}
      }
    }
    return null;
  }
}
