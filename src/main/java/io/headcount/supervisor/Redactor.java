package io.headcount.supervisor;

import io.headcount.output.StdStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Puts stars in the place of secrets in what a command writes, as many as the secret has bytes, so
 * that offsets stay what they are. A secret may come in pieces: bytes that may be the beginning of
 * one are held back until the next tell, or the end. Each byte is looked at once a secret (Knuth,
 * Morris and Pratt). For one thread.
 */
final class Redactor {
  private static final byte STAR = '*';

  private final List<Needle> needles;
  private final Map<StdStream, Window> windows = new EnumMap<>(StdStream.class);

  Redactor(Collection<String> secrets) {
    needles =
        secrets.stream()
            .filter(secret -> !secret.isEmpty())
            .distinct()
            .map(secret -> Needle.of(secret.getBytes(StandardCharsets.UTF_8)))
            .toList();
    for (StdStream stream : StdStream.values()) {
      windows.put(stream, new Window(new byte[0], new int[needles.size()]));
    }
  }

  /** For a run that asks for it and has secrets; else null. */
  static @Nullable Redactor of(RunSpec spec) {
    return spec.output().redact() && !spec.secretEnv().isEmpty()
        ? new Redactor(spec.secretEnv().values().stream().map(Secret::value).toList())
        : null;
  }

  /** What may be shown now, of what was held back and these bytes. */
  ByteBuffer pass(StdStream stream, ByteBuffer bytes) {
    Window window = Objects.requireNonNull(windows.get(stream));
    int held = window.held().length;
    byte[] shown = Arrays.copyOf(window.held(), held + bytes.remaining());
    bytes.get(bytes.position(), shown, held, bytes.remaining());
    int hold = 0;
    for (int i = 0; i < needles.size(); i++) {
      window.matched()[i] = needles.get(i).cover(bytes, window.matched()[i], shown, held);
      hold = Math.max(hold, window.matched()[i]);
    }
    bytes.position(bytes.limit());
    int ready = shown.length - hold;
    byte[] kept = Arrays.copyOfRange(shown, ready, shown.length);
    windows.put(stream, new Window(kept, window.matched()));
    return ByteBuffer.wrap(shown, 0, ready);
  }

  /** What was held back and has come to be no secret, once nothing more is written. */
  ByteBuffer rest(StdStream stream) {
    return ByteBuffer.wrap(Objects.requireNonNull(windows.get(stream)).held());
  }

  /**
   * Where one stream stands.
   *
   * @param held back, with what is known to be secret covered
   * @param matched how many bytes at the end may begin each secret
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Window(byte[] held, int[] matched) {}

  /**
   * One secret.
   *
   * @param fallback for each length that was matched, the longest shorter one that still is
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Needle(byte[] secret, int[] fallback) {

    static Needle of(byte[] secret) {
      int[] fallback = new int[secret.length + 1];
      for (int i = 1, matched = 0; i < secret.length; i++) {
        while (matched > 0 && secret[i] != secret[matched]) {
          matched = fallback[matched];
        }
        if (secret[i] == secret[matched]) {
          matched++;
        }
        fallback[i + 1] = matched;
      }
      return new Needle(secret, fallback);
    }

    /**
     * Covers the secret wherever it ends in these bytes.
     *
     * @param matched how much of it was matched before them
     * @param shown where to cover it; the bytes begin there at {@code offset}
     * @return how much of it is matched at their end, less than the whole
     */
    int cover(ByteBuffer bytes, int matched, byte[] shown, int offset) {
      int at = matched;
      int covered = 0;
      for (int i = bytes.position(), end = offset; i < bytes.limit(); i++) {
        byte next = bytes.get(i);
        while (at > 0 && secret[at] != next) {
          at = fallback[at];
        }
        if (secret[at] == next) {
          at++;
        }
        end++;
        if (at == secret.length) {
          Arrays.fill(shown, Math.max(covered, end - secret.length), end, STAR);
          covered = end;
          at = fallback[at];
        }
      }
      return at;
    }
  }
}
