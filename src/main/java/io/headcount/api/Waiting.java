package io.headcount.api;

import io.headcount.supervisor.Run;
import io.headcount.supervisor.RunState;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.stereotype.Component;

/**
 * Lets a request wait for what takes time. The request's thread is a virtual one, so waiting costs
 * next to nothing; the end of a wait never ends a run.
 */
@Component
class Waiting {
  private final ApiSettings settings;

  Waiting(ApiSettings settings) {
    this.settings = settings;
  }

  /**
   * Waits for the exit as long as {@code Prefer: wait} says, and tells the client for how long.
   *
   * @return whether the client asked for a wait
   */
  boolean forExit(Run run, HttpServletRequest request, HttpServletResponse response)
      throws InterruptedException {
    Duration wait = Preferences.wait(request.getHeaders("Prefer"), settings.maxWait());
    if (wait == null) {
      return false;
    }
    response.setHeader("Preference-Applied", "wait=" + wait.toSeconds());
    if (run.state() != RunState.EXITED) {
      within(run.exited(), wait);
    }
    return true;
  }

  /** Waits until the command runs or never will, as long as any request may wait. */
  void forLaunch(Run run) throws InterruptedException {
    within(run.launched(), settings.maxWait());
  }

  /**
   * Waits for an answer that is sure to come.
   *
   * @throws RuntimeException what the asked one failed with
   */
  static <T> T forAnswer(CompletableFuture<T> answer) throws InterruptedException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private static void within(CompletableFuture<Void> end, Duration wait)
      throws InterruptedException {
    try {
      end.get(wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // The answer says how the run stands.
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }
}
