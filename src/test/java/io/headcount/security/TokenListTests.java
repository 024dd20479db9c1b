package io.headcount.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.headcount.policy.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenListTests {
  private static final String ONE = "0a".repeat(32);
  private static final String OTHER = "0B".repeat(32);

  @Test
  void readsALineForEachTokenAndSeveralOfOneName() {
    String text =
        """
        # people
        ops admin sha256:%s

          ci\trunner  sha256:%s  # the new one
        """
            .formatted(ONE, OTHER);

    assertThat(TokenList.parse(text))
        .containsExactly(
            new Credential("ops", Role.ADMIN, "sha256:" + ONE),
            new Credential(
                "ci", Role.RUNNER, "sha256:" + OTHER.toLowerCase(java.util.Locale.ROOT)));
    assertThat(TokenList.parse("ci runner sha256:%s\nci runner sha256:%s".formatted(ONE, OTHER)))
        .hasSize(2);
  }

  @Test
  void readsTheCommonNameOfACertificateAsItIs() {
    assertThat(TokenList.parse("ci runner cert:CI.example.com # of the build"))
        .containsExactly(new Credential("ci", Role.RUNNER, "cert:CI.example.com"));
    assertThatExceptionOfType(BadTokensException.class)
        .isThrownBy(() -> TokenList.parse("a admin cert:x\nb viewer cert:x"))
        .withMessageContaining("line 2");
  }

  @ParameterizedTest
  @CsvSource({
    "ops admin, 'line 2 has 2 fields'",
    "ops admin sha256:HASH now, 'line 2 has 4 fields'",
    "-ops admin sha256:HASH, 'line 2 has a name'",
    "ops root sha256:HASH, 'line 2 has a role'",
    "ops ADMIN sha256:HASH, 'line 2 has a role'",
    "ops admin a-plain-token-of-more-than-32-characters, sha256sum",
    "ops admin HASH, 'line 2 does not end in sha256:'",
    "ops admin sha256:0a0a, 'line 2 does not end in sha256:'",
    "ops admin cert:, 'line 2 does not end in sha256:'"
  })
  void namesTheLineAndWhatWasExpected(String line, String told) {
    assertThatExceptionOfType(BadTokensException.class)
        .isThrownBy(() -> TokenList.parse("# first\n" + line.replace("HASH", ONE)))
        .withMessageContaining(told)
        .withMessageNotContaining("a-plain-token");
  }

  @Test
  void refusesADigestThatStandsTwice() {
    assertThatExceptionOfType(BadTokensException.class)
        .isThrownBy(
            () -> TokenList.parse("a admin sha256:%s\nb viewer sha256:%s".formatted(ONE, ONE)))
        .withMessageContaining("line 2");
  }

  @Test
  void refusesAFileWithoutAToken() {
    assertThatExceptionOfType(BadTokensException.class)
        .isThrownBy(() -> TokenList.parse("# nobody\n\n"))
        .withMessageContaining("no token");
  }
}
