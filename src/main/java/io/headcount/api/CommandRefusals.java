package io.headcount.api;

import io.headcount.policy.ForbiddenException;
import io.headcount.policy.Role;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Counts and tells what the policy refuses. Never an argument or a value: they may be secrets. */
@Component
public final class CommandRefusals {
  private static final Logger LOG = LoggerFactory.getLogger(CommandRefusals.class);

  private final LongAdder total = new LongAdder();

  void refused(ForbiddenException refusal, Role role) {
    total.increment();
    LOG.warn(
        "event=command-forbidden role={} field={} rule={} reason=\"{}\"",
        role.label(),
        printable(refusal.pointer()),
        refusal.rule(),
        printable(refusal.reason()));
  }

  /** On one line, whatever a file or a variable is called. */
  private static String printable(String text) {
    String line = text.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}\"]", "?");
    return line.length() > 300 ? line.substring(0, 300) + "..." : line;
  }

  /** How many there were. */
  public long total() {
    return total.sum();
  }
}
