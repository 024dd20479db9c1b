package io.headcount.bench.core;

import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what is written and forgets it. */
final class CountingStream extends OutputStream {
  private final AtomicLong bytes;

  CountingStream(AtomicLong bytes) {
    this.bytes = bytes;
  }

  @Override
  public void write(int single) {
    bytes.incrementAndGet();
  }

  @Override
  public void write(byte[] from, int offset, int length) {
    bytes.addAndGet(length);
  }
}
