package io.headcount.supervisor;

import io.headcount.child.ChildExit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line an end. Ordinary ends are debug; what a person should know of is a warning. */
final class RunLog {
  private static final Logger LOG = LoggerFactory.getLogger(Run.class);

  private RunLog() {}

  static void settled(RunView view, Reason reason) {
    if (!view.survivors().isEmpty()) {
      LOG.warn("event=survivors run={} processes={}", view.id(), view.survivors());
    }
    if (LOG.isDebugEnabled()) {
      ChildExit exit = view.exit();
      LOG.debug(
          "event=exited run={} reason={} exitCode={} exitSignal={} durationMs={} escalated={}",
          view.id(),
          reason.label(),
          exit == null ? null : exit.code(),
          exit == null ? null : exit.signal(),
          view.durationMs(),
          view.killEscalated());
    }
  }
}
