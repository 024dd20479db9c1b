package io.headcount.metrics;

import io.headcount.child.Census;
import io.headcount.child.ChildAdapter;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * The newest census, at most a second old where the machine keeps up. One scrape reads several
 * meters of it and starts one count; a count that takes too long is left to finish, and the one
 * before it is told again.
 */
@Component
public final class CensusCache {
  private static final Logger LOG = LoggerFactory.getLogger(CensusCache.class);
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long PATIENCE_MS = 500;

  private final Supplier<CompletableFuture<Census>> counter;
  private Census last = new Census(Instant.EPOCH, 0, 0, 0, 0, 0, List.of());
  private @Nullable Long countedAtNanos;
  private @Nullable CompletableFuture<Census> counting;

  /** A cache of this adapter's counts. */
  @Autowired
  public CensusCache(ChildAdapter adapter) {
    this(adapter::census);
  }

  CensusCache(Supplier<CompletableFuture<Census>> counter) {
    this.counter = counter;
  }

  /** The newest census; waits half a second for it at most. */
  public synchronized Census get() {
    long now = System.nanoTime();
    if (countedAtNanos != null && now - countedAtNanos < FRESH_NANOS) {
      return last;
    }
    try {
      if (counting == null) {
        counting = counter.get();
      }
      last = counting.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
      counting = null;
    } catch (TimeoutException e) {
      LOG.warn("event=census-slow patienceMs={}", PATIENCE_MS);
    } catch (ExecutionException | RuntimeException e) {
      counting = null;
      LOG.warn("event=census-failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    countedAtNanos = System.nanoTime();
    return last;
  }
}
