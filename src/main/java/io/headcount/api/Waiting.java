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
import org.springframework.security.core.AuthenticationException;
import org.springframework.stereotype.Component;

/**
 * Lets a request wait for what takes time. The request's thread is a virtual one, so waiting costs
 * next to nothing; the end of a wait never ends a run.
 */
@Component
class Waiting {
  /** As often as the tokens are looked at. */
  private static final long LOOK_MILLIS = 500;

  private final ApiSettings settings;
  private final Revocation revocation;

  Waiting(ApiSettings settings, Revocation revocation) {
    this.settings = settings;
    this.revocation = revocation;
  }

  /**
   * Waits for the exit as long as {@code Prefer: wait} says, and tells the client for how long.
   *
   * @return whether the client asked for a wait
   * @throws AuthenticationException as soon as the caller is revoked
   */
  boolean forExit(Run run, HttpServletRequest request, HttpServletResponse response)
      throws InterruptedException {
    Duration wait = Preferences.wait(request.getHeaders("Prefer"), settings.maxWait());
    if (wait == null) {
      return false;
    }
    if (run.state() != RunState.EXITED) {
      within(run.exited(), wait, request);
    }
    response.setHeader("Preference-Applied", "wait=" + wait.toSeconds());
    return true;
  }

  /**
   * Waits until the command runs or never will, as long as any request may wait.
   *
   * @throws AuthenticationException as soon as the caller is revoked
   */
  void forLaunch(Run run, HttpServletRequest request) throws InterruptedException {
    within(run.launched(), settings.maxWait(), request);
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

  /** When the time is over, the answer says how the run stands. */
  private void within(CompletableFuture<Void> end, Duration wait, HttpServletRequest request)
      throws InterruptedException {
    long deadline = System.nanoTime() + wait.toNanos();
    boolean over = false;
    while (!over) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      try {
        end.get(Math.clamp(left, 0, LOOK_MILLIS), TimeUnit.MILLISECONDS);
        over = true;
      } catch (TimeoutException e) {
        over = left <= LOOK_MILLIS;
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
      revocation.check(request);
    }
  }
}
