package io.headcount.supervisor;

import io.headcount.child.Census;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a stop went.
 *
 * @param runs how many runs were live
 * @param reasons how they ended
 * @param escalated how many needed SIGKILL
 * @param unsettled how many had not settled when the time was over
 * @param millis how long it took
 * @param census what was left below the service; null when it could not be counted
 */
public record ShutdownReport(
    int runs,
    Map<Reason, Long> reasons,
    long escalated,
    long unsettled,
    long millis,
    @Nullable Census census) {

  /** Whether it was seen that nothing is left. */
  public boolean isClean() {
    return unsettled == 0 && census != null && census.live() == 0;
  }
}
