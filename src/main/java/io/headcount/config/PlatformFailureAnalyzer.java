package io.headcount.config;

import io.headcount.child.UnsupportedPlatformException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says in words why the chosen adapter cannot work on this machine, instead of a stack trace. */
final class PlatformFailureAnalyzer extends AbstractFailureAnalyzer<UnsupportedPlatformException> {

  @Override
  protected @Nullable FailureAnalysis analyze(
      Throwable rootFailure, UnsupportedPlatformException cause) {
    return new FailureAnalysis(
        "This machine cannot run commands through the chosen adapter: " + cause.getMessage(),
        "Run the service where this is there, or choose the portable adapter:"
            + " headcount.child.adapter=jdk (HEADCOUNT_CHILD_ADAPTER=jdk).",
        cause);
  }
}
