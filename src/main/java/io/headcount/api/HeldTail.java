package io.headcount.api;

/**
 * The beginning of a character that waits for its other bytes.
 *
 * @param offset journal offset of its first byte
 * @param bytes one to three of one stream, which need not lie side by side in the journal
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record HeldTail(long offset, byte[] bytes) {
  /** Whether it is all there is between its start and {@code position}. */
  boolean endsAt(long position) {
    return offset + bytes.length == position;
  }
}
