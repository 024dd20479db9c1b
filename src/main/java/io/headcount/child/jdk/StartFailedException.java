package io.headcount.child.jdk;

import io.headcount.child.StartFailure;
import io.headcount.child.StartFailure.Kind;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A command did not start; nothing of it is left. */
final class StartFailedException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final transient StartFailure failure;

  StartFailedException(StartFailure failure) {
    this(failure, null);
  }

  StartFailedException(StartFailure failure, @Nullable Throwable cause) {
    super(failure.message(), cause);
    this.failure = failure;
  }

  StartFailedException(
      Kind kind, @Nullable String errno, String message, @Nullable Throwable cause) {
    this(new StartFailure(kind, errno, message), cause);
  }

  StartFailure failure() {
    return failure;
  }
}
