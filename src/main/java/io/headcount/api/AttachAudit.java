package io.headcount.api;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells the audit log what one attached client does: a line for each order, one for all that are
 * refused alike. Input comes in a frame a key, so it has a line when it begins, another whenever it
 * is taken no longer or again, and a last one with the number of bytes when the connection has
 * ended. Thread-safe.
 */
final class AttachAudit {
  /** A frame that is none of those that there are. */
  static final String UNKNOWN = "unknown";

  private static final Set<String> ORDERS = Set.of("resize", "signal", "eof");
  private static final String STDIN = "stdin";
  private static final int OK = 200;

  private final AuditLog.Source source;
  private final String run;
  private final Set<String> refused = new HashSet<>();
  private int outcome;
  private long bytes;
  private boolean writing;
  private boolean closed;

  AttachAudit(AuditLog.Source source, String run) {
    this.source = source;
    this.run = run;
  }

  /**
   * An order was obeyed or refused; the status is the one that a request would get. Who repeats
   * what is refused in the same way does not fill the log with it.
   */
  synchronized void ordered(String type, @Nullable Integer status) {
    String frame = ORDERS.contains(type) ? type : UNKNOWN; // it may be called anything
    if (!type.equals("ack") && (AuditLog.isAllowed(status) || refused.add(frame + status))) {
      tell(frame, null, status);
    }
  }

  /** Input is about to be written, which may take longer than the connection lasts. */
  synchronized void writes() {
    writing = true;
  }

  /** So many bytes of input were accepted. */
  synchronized void took(long accepted) {
    bytes += accepted;
  }

  /** Input was written or refused; null if the connection ended before. */
  synchronized void wrote(@Nullable Integer status) {
    writing = false;
    if (status != null && status != outcome) {
      outcome = status;
      tell(STDIN, null, status);
    }
    if (closed) {
      total();
    }
  }

  /** The connection has ended. */
  synchronized void closed() {
    closed = true;
    if (!writing) {
      total();
    }
  }

  private void total() {
    if (bytes > 0) {
      tell(STDIN, bytes, OK);
      bytes = 0;
    }
  }

  private void tell(String frame, @Nullable Long length, @Nullable Integer status) {
    if (AuditLog.isOn()) {
      Map<String, Object> what = new LinkedHashMap<>();
      what.put("frame", frame);
      if (length != null) {
        what.put("bytes", length);
      }
      AuditLog.write(source, run, what, AuditLog.isAllowed(status), status);
    }
  }
}
