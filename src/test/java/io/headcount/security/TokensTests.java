package io.headcount.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.headcount.policy.Role;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTests {
  private static final String TOKEN = "t".repeat(32);
  private static final String NEXT = "n".repeat(32);

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("tokens");
  }

  @Test
  void findsTheCallerOfATokenAndNobodyElse() throws Exception {
    Files.writeString(file, line("ci", TOKEN));
    Tokens tokens = new Tokens(file);
    assertThat(tokens.find(TOKEN)).extracting(Credential::name).isEqualTo("ci");
    assertThat(tokens.find(NEXT)).isNull();
    assertThat(tokens.find("")).isNull();
    assertThat(tokens.find(digest(TOKEN))).as("the digest itself is no token").isNull();
  }

  @Test
  void neverAcceptsATokenOfLessThan32Characters() throws Exception {
    String tooShort = "s".repeat(31);
    Files.writeString(file, line("ci", tooShort));
    assertThat(new Tokens(file).find(tooShort)).isNull();
  }

  @Test
  void takesWhatTheFileHasBecome() throws Exception {
    Files.writeString(file, line("ci", TOKEN));
    Tokens tokens = new Tokens(file);
    Credential old = tokens.find(TOKEN);

    Files.writeString(file, line("ci", NEXT)); // as long, and within the same grain of the clock
    tokens.look();

    assertThat(tokens.find(TOKEN)).isNull();
    assertThat(tokens.hold(old)).isFalse();
    assertThat(tokens.find(NEXT)).isNotNull();
  }

  @Test
  void revokesWhatLetACallerInWhenItsRoleHasChanged() throws Exception {
    Files.writeString(file, line("ci", TOKEN));
    Tokens tokens = new Tokens(file);
    Credential old = tokens.find(TOKEN);
    Files.writeString(file, line("ci", TOKEN).replace("runner", "viewer"));
    tokens.look();
    assertThat(tokens.hold(old)).isFalse();
    assertThat(tokens.find(TOKEN)).extracting(Credential::role).isEqualTo(Role.VIEWER);
  }

  /** Kubernetes: the file is a link into a folder that is a link, and that one is swapped. */
  @Test
  void followsALinkThatIsSwapped() throws Exception {
    Path first = Files.createDirectory(folder.resolve("..1"));
    Path second = Files.createDirectory(folder.resolve("..2"));
    Files.writeString(first.resolve("tokens"), line("ci", TOKEN));
    Files.writeString(second.resolve("tokens"), line("ci", NEXT));
    Path data = Files.createSymbolicLink(folder.resolve("..data"), Path.of("..1"));
    Files.createSymbolicLink(file, Path.of("..data", "tokens"));
    Tokens tokens = new Tokens(file);

    Path swapped = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..2"));
    Files.move(swapped, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    tokens.look();

    assertThat(tokens.find(TOKEN)).isNull();
    assertThat(tokens.find(NEXT)).isNotNull();
  }

  @Test
  void keepsWhatItHasWhenTheFileIsWrongOrGone() throws Exception {
    Files.writeString(file, line("ci", TOKEN));
    Tokens tokens = new Tokens(file);
    for (String wrong : new String[] {"", "ci runner", "ci runner " + TOKEN}) {
      Files.writeString(file, wrong);
      tokens.look();
      assertThat(tokens.find(TOKEN)).as(wrong).isNotNull();
    }
    Files.delete(file);
    tokens.look();
    assertThat(tokens.find(TOKEN)).isNotNull();

    Files.writeString(file, line("ci", NEXT));
    tokens.look();
    assertThat(tokens.find(TOKEN)).isNull();
    assertThat(tokens.find(NEXT)).isNotNull();
  }

  @Test
  void namesTheFileWhenItCannotBeUsedAtTheStart() throws IOException {
    assertThatExceptionOfType(BadTokensException.class)
        .isThrownBy(() -> new Tokens(file))
        .withMessageContaining(file.toString())
        .withMessageContaining("cannot be read");
    Files.writeString(file, "ci runner");
    assertThatExceptionOfType(BadTokensException.class)
        .isThrownBy(() -> new Tokens(file))
        .withMessageContaining(file + " line 1");
  }

  private static String line(String name, String token) throws Exception {
    return name + " runner sha256:" + digest(token) + "\n";
  }

  private static String digest(String token) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
  }
}
