package io.headcount.api;

import io.headcount.output.OutputCursor;
import io.headcount.output.OutputJournal;
import io.headcount.output.OutputRead;
import io.headcount.output.OutputTotals;
import io.headcount.output.StdStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The end of both streams as text. Invalid bytes become U+FFFD; a character that the cut at the
 * front, or the present end of a live run, would split is left out.
 */
record OutputText(String stdout, String stderr) {
  /** How much of each stream is shown, in bytes. */
  static final int MAX_BYTES = 1 << 16;

  static OutputText of(OutputJournal journal) {
    return new OutputText(tail(journal, StdStream.STDOUT), tail(journal, StdStream.STDERR));
  }

  private static String tail(OutputJournal journal, StdStream stream) {
    OutputTotals totals = journal.totals(stream);
    if (totals.next() == totals.first()) {
      return "";
    }
    long start = Math.max(totals.first(), totals.next() - MAX_BYTES);
    byte[] bytes = read(journal.cursor(stream, start), totals.next() - start);
    int from = start == 0 ? 0 : firstCharacter(bytes);
    int to = totals.complete() ? bytes.length : endOfWholeCharacters(bytes, from);
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  private static byte[] read(OutputCursor cursor, long wanted) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteBuffer block = ByteBuffer.allocate((int) Math.min(1 << 13, wanted));
    while (bytes.size() < wanted) {
      block.clear().limit((int) Math.min(block.capacity(), wanted - bytes.size()));
      switch (cursor.read(block)) {
        case OutputRead.Bytes _ -> bytes.write(block.array(), 0, block.position());
        case OutputRead.Gap _ -> bytes.reset(); // overtaken: what is left is the newer end
        case OutputRead.Nothing _, OutputRead.End _ -> {
          return bytes.toByteArray();
        }
      }
    }
    return bytes.toByteArray();
  }

  /** Passes over the rest of a character that began before. */
  static int firstCharacter(byte[] bytes) {
    int at = 0;
    while (at < Math.min(3, bytes.length) && (bytes[at] & 0xC0) == 0x80) {
      at++;
    }
    return at;
  }

  /** Leaves out a last character whose other bytes may still come. */
  static int endOfWholeCharacters(byte[] bytes, int from) {
    for (int back = 1; back <= 3 && bytes.length - back >= from; back++) {
      int lead = bytes[bytes.length - back] & 0xFF;
      if ((lead & 0xC0) == 0x80) {
        continue;
      }
      int length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
      return length > back ? bytes.length - back : bytes.length;
    }
    return bytes.length;
  }
}
