package io.headcount.api;

import io.headcount.output.OutputTotals;
import io.headcount.supervisor.SupervisorException;
import io.headcount.supervisor.Violation;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a client wants to attach.
 *
 * @param writes whether it may write, resize and signal
 * @param takeover whether it takes that from another client
 * @param offset the first byte it wants; null for what comes from now on
 */
record AttachQuery(boolean writes, boolean takeover, @Nullable Long offset) {

  /**
   * Reads the parameters.
   *
   * @throws SupervisorException.Invalid naming those that are not as expected
   */
  static AttachQuery of(HttpServletRequest request, OutputTotals totals) {
    List<Violation> found = new ArrayList<>();
    String mode = request.getParameter("mode");
    if (mode != null && !mode.equals("rw") && !mode.equals("ro")) {
      found.add(new Violation("/mode", "expected rw or ro, got " + RunRequests.quote(mode)));
    }
    String takeover = request.getParameter("takeover");
    if (takeover != null && !takeover.equals("true") && !takeover.equals("false")) {
      found.add(
          new Violation("/takeover", "expected true or false, got " + RunRequests.quote(takeover)));
    }
    Long offset = offset(request.getParameter("offset"), totals, found);
    if (!found.isEmpty()) {
      throw new SupervisorException.Invalid(found);
    }
    return new AttachQuery(!"ro".equals(mode), "true".equals(takeover), offset);
  }

  private static @Nullable Long offset(
      @Nullable String text, OutputTotals totals, List<Violation> found) {
    if (text == null) {
      return null;
    }
    if (!text.matches("\\d{1,18}")) {
      found.add(
          new Violation("/offset", "expected a number of bytes, got " + RunRequests.quote(text)));
      return null;
    }
    long offset = Long.parseLong(text);
    if (offset > totals.next()) {
      found.add(
          new Violation(
              "/offset",
              "expected at most the " + totals.next() + " bytes there are, got " + text));
    }
    return offset;
  }
}
