package io.headcount.api;

import io.headcount.supervisor.SupervisorException;
import java.io.Serial;

/** A run is another caller's; to this one it is as good as none. */
final class OthersRunException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient SupervisorException.NotFound answer;

  OthersRunException(String id) {
    super("Run " + id + " is another caller's.", null, false, false);
    this.answer = new SupervisorException.NotFound(id);
  }

  /** What its caller is told. */
  SupervisorException.NotFound answer() {
    return answer;
  }
}
