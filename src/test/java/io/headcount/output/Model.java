package io.headcount.output;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a journal should hold, kept the simple way: every byte and its stream, for ever. */
final class Model {
  private final OutputJournal journal;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final List<StdStream> streams = new ArrayList<>();

  Model(OutputJournal journal) {
    this.journal = journal;
  }

  /** Appends that many bytes, no two neighbours alike, to the journal and to the model. */
  void append(StdStream stream, int length) {
    byte[] chunk = new byte[length];
    for (int i = 0; i < length; i++) {
      chunk[i] = byteAt(bytes.size() + i);
    }
    journal.append(stream, ByteBuffer.wrap(chunk));
    bytes.writeBytes(chunk);
    for (int i = 0; i < length; i++) {
      streams.add(stream);
    }
  }

  /** The byte at a journal offset; the period is prime to every segment size. */
  static byte byteAt(long offset) {
    return (byte) (offset % 251);
  }

  OutputJournal journal() {
    return journal;
  }

  int size() {
    return bytes.size();
  }

  byte[] from(long offset) {
    return Arrays.copyOfRange(bytes.toByteArray(), (int) offset, bytes.size());
  }

  StdStream streamAt(long offset) {
    return streams.get((int) offset);
  }

  byte[] of(StdStream stream, long streamOffset) {
    ByteArrayOutputStream found = new ByteArrayOutputStream();
    byte[] all = bytes.toByteArray();
    for (int i = 0; i < all.length; i++) {
      if (streams.get(i) == stream) {
        found.write(all[i]);
      }
    }
    return Arrays.copyOfRange(found.toByteArray(), (int) streamOffset, found.size());
  }

  /** How many bytes of a stream lie below a journal offset. */
  long below(long offset, StdStream stream) {
    return streams.stream().limit(offset).filter(stream::equals).count();
  }
}
