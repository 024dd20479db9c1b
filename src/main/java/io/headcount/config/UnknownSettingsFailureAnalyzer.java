package io.headcount.config;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says which settings do not exist, instead of a stack trace. */
final class UnknownSettingsFailureAnalyzer
    extends AbstractFailureAnalyzer<UnknownSettingsException> {

  @Override
  protected @Nullable FailureAnalysis analyze(
      Throwable rootFailure, UnknownSettingsException cause) {
    return new FailureAnalysis(
        "There is no such setting:\n\n" + cause.getMessage(),
        "Correct it or leave it out: what is misspelt would do nothing. application.yaml in the"
            + " jar has every setting with its environment variable.",
        cause);
  }
}
