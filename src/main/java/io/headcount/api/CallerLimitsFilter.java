package io.headcount.api;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Bounds the requests of each caller: so many a second, by a token bucket, and so many in progress.
 * Comes after it is known who calls; who is not let in takes nothing from anybody.
 */
@Component
final class CallerLimitsFilter extends OncePerRequestFilter {
  /** Names of an issuer's tokens may be many; those who take nothing are forgotten then. */
  private static final int MANY = 10_000;

  private final CallerLimits limits;
  private final LimitRefusals refusals;
  private final HandlerExceptionResolver answers;
  private final Map<String, Share> shares = new ConcurrentHashMap<>();

  /** What one caller has taken; without a rate there is no bucket. */
  private record Share(@Nullable Bucket bucket, AtomicInteger inProgress, long burst) {
    boolean isUntouched() {
      return inProgress.get() == 0 && (bucket == null || bucket.getAvailableTokens() >= burst);
    }
  }

  CallerLimitsFilter(
      CallerLimits limits,
      LimitRefusals refusals,
      @Lazy @Qualifier("handlerExceptionResolver") HandlerExceptionResolver answers) {
    this.limits = limits;
    this.refusals = refusals;
    this.answers = answers;
  }

  /** The management may be on this port too, and its health must be told to whoever asks. */
  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    return request.getRequestURI().startsWith("/actuator/");
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Share share = share(request.getUserPrincipal());
    LimitReachedException refusal = refusal(share);
    if (refusal != null) {
      refusals.count(refusal.limit());
      if (answers.resolveException(request, response, null, refusal) == null) {
        response.sendError(ProblemCode.RATE_LIMITED.status().value());
      }
      return;
    }
    share.inProgress().incrementAndGet();
    try {
      chain.doFilter(request, response);
    } finally {
      share.inProgress().decrementAndGet();
    }
  }

  private Share share(@Nullable Principal caller) {
    String name = caller == null ? "" : caller.getName();
    Share known = shares.get(name);
    if (known != null) {
      return known;
    }
    if (shares.size() >= MANY) {
      shares.values().removeIf(Share::isUntouched);
    }
    return shares.computeIfAbsent(name, _ -> newShare());
  }

  private Share newShare() {
    Bucket bucket =
        limits.requestsPerSecond() == 0
            ? null
            : Bucket.builder()
                .addLimit(limit ->
                    limit
                        .capacity(limits.burst())
                        .refillGreedy(limits.requestsPerSecond(), Duration.ofSeconds(1)))
                .build();
    return new Share(bucket, new AtomicInteger(), limits.burst());
  }

  private @Nullable LimitReachedException refusal(Share share) {
    if (share.inProgress().get() >= limits.maxRequests()) {
      return new LimitReachedException(
          LimitRefusals.Limit.REQUESTS,
          limits.maxRequests() + " requests of this caller are in progress, which is the limit.",
          null);
    }
    Bucket bucket = share.bucket();
    if (bucket == null) {
      return null;
    }
    ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
    return probe.isConsumed()
        ? null
        : new LimitReachedException(
            LimitRefusals.Limit.RATE,
            "A caller may ask " + limits.requestsPerSecond() + " times a second; wait a little.",
            Duration.ofNanos(probe.getNanosToWaitForRefill()));
  }
}
