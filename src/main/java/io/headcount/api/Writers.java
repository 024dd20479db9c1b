package io.headcount.api;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Which of the attached clients writes to its run: at most one a run. Thread-safe. */
@Component
class Writers {
  private final Map<String, Attachment> all = new ConcurrentHashMap<>();

  /** Whether a client writes to a run now. */
  boolean hasWriter(String runId) {
    Attachment writer = all.get(runId);
    return writer != null && !writer.isOver();
  }

  /**
   * Makes a client that wants to write its run's writer; who only reads may always come in.
   *
   * @param takeover whether it takes the place of another
   * @return false if another has it
   */
  boolean enter(String runId, Attachment attachment, boolean takeover) {
    return !attachment.writes()
        || all.compute(runId, (_, current) -> next(current, attachment, takeover)) == attachment;
  }

  private static Attachment next(
      @Nullable Attachment current, Attachment attachment, boolean takeover) {
    if (current == null || current.isOver()) {
      return attachment;
    }
    if (takeover) {
      current.end(Attachment.TAKEN_OVER);
      return attachment;
    }
    return current;
  }

  void leave(String runId, Attachment attachment) {
    all.remove(runId, attachment);
  }
}
