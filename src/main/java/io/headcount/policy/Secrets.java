package io.headcount.policy;

import io.headcount.supervisor.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Values for the environment of commands, each a file of one folder, such as a mounted Secret. Read
 * at each use, so a value that was changed is the next command's.
 */
public final class Secrets {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,253}");
  private static final int MOST_BYTES = 1 << 16;

  private final @Nullable Path folder;

  /** Secrets of a folder; null for none. */
  public Secrets(@Nullable Path folder) {
    this.folder = folder;
  }

  /**
   * Reads a secret. One line break at the end of the file is not part of it.
   *
   * @return empty if there is none of this name that can be a variable's value
   */
  public Optional<Secret> read(String name) {
    if (folder == null || !NAME.matcher(name).matches()) {
      return Optional.empty();
    }
    try {
      Path file = folder.resolve(name).toRealPath();
      if (!file.startsWith(folder.toRealPath()) || !Files.isRegularFile(file)) {
        return Optional.empty();
      }
      byte[] bytes;
      try (InputStream stream = Files.newInputStream(file)) {
        bytes = stream.readNBytes(MOST_BYTES + 1);
      }
      String value = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return bytes.length > MOST_BYTES || value.indexOf('\0') >= 0
          ? Optional.empty()
          : Optional.of(new Secret(name, value.replaceFirst("\r?\n\\z", "")));
    } catch (IOException e) { // there is none, none for us, or it is no text
      return Optional.empty();
    }
  }
}
