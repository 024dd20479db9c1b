package io.headcount.child;

import io.headcount.output.StdStream;
import java.nio.ByteBuffer;

/**
 * Hears of one child, on its owner thread, in this order: {@link #started} or {@link #startFailed};
 * then any number of {@link #output}; {@link #exited} at most once; {@link #ended} once, and no
 * output after it; {@link #keptEnded} once if the end said that something was kept.
 */
public interface ChildListener {
  void started(Child child);

  /** The command did not start. Nothing is left of it, and nothing more is heard. */
  void startFailed(StartFailure failure);

  /** The child wrote. The buffer is the listener's until it returns. */
  void output(StdStream stream, ByteBuffer bytes);

  /** Standard input was closed: by its end, or because nobody reads it any more. */
  default void stdinClosed() {}

  /** The leader's exit was seen; its descendants and its output may go on. */
  void exited(ChildExit exit);

  /** The tree is gone or given up, the output read, every descriptor closed. */
  void ended(ChildEnd end);

  /** What was kept has ended too, by itself or by {@link Child#stop}. */
  void keptEnded(ChildEnd end);
}
