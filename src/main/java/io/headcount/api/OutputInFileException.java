package io.headcount.api;

import java.io.Serial;

/** The output of a run is asked for that goes to a file, past the service. */
final class OutputInFileException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final String file;

  OutputInFileException(String runId, String file) {
    super("Run %s writes to %s by itself.".formatted(runId, file), null, false, false);
    this.file = file;
  }

  String file() {
    return file;
  }
}
