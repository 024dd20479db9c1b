package io.headcount.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what never reaches the application, a request line that is no HTTP for example, with a
 * problem document instead of Tomcat's page, and whatever else is an error without a word. Public
 * for Tomcat.
 */
public final class ProblemReportValve extends ErrorReportValve {
  private static final Logger LOG = LoggerFactory.getLogger(ProblemReportValve.class);

  /** Made by the configuration of the web server. */
  public ProblemReportValve() {
    setShowReport(false);
    setShowServerInfo(false);
  }

  @Override
  protected void report(Request request, Response response, @Nullable Throwable failure) {
    int status = response.getStatus();
    boolean told = response.isError() && !response.setErrorReported();
    if (status < 400 || response.getContentWritten() > 0 || told) {
      return;
    }
    ProblemCode code = ProblemCode.ofStatus(status);
    try {
      response.setContentType("application/problem+json");
      // A writer would add a charset, which this media type does not have.
      byte[] document = document(code, status).getBytes(StandardCharsets.UTF_8);
      response.setContentLength(document.length);
      response.getOutputStream().write(document);
      response.finishResponse();
    } catch (IOException | IllegalStateException e) {
      LOG.debug("event=answer-not-sent status={}", status, e);
    }
  }

  /** Constants alone: what was sent could not be trusted to be quoted. */
  private static String document(ProblemCode code, int status) {
    return """
    {"type":"/problems/%s","title":"%s","status":%d,"detail":"%s","instance":"/","code":"%s",\
    "retryable":%b,"retryAfterMs":null,"errors":[]}
    """
        .formatted(
            code.label(),
            code.title(),
            status,
            code.explanation().replace("\"", "'"),
            code.label(),
            code.retryable());
  }
}
