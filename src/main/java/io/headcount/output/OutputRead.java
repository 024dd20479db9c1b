package io.headcount.output;

/** What one call of {@link OutputCursor#read} found. */
public sealed interface OutputRead {

  /**
   * Bytes of one stream were copied.
   *
   * @param stream the stream they came from
   * @param offset journal offset of the first of them
   * @param length how many
   * @param timeMillis when they were read from the child, in milliseconds since the epoch
   */
  record Bytes(StdStream stream, long offset, int length, long timeMillis) implements OutputRead {}

  /**
   * The bytes from {@code from} up to {@code to} are no longer held; the cursor now stands at
   * {@code to}.
   */
  record Gap(long from, long to) implements OutputRead {}

  /** Nothing to read yet, but more may come. */
  record Nothing() implements OutputRead {}

  /** The cursor has passed the last byte there will ever be. */
  record End() implements OutputRead {}

  /** The only {@link Nothing}. */
  OutputRead NOTHING = new Nothing();

  /** The only {@link End}. */
  OutputRead END = new End();
}
