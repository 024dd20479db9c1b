package io.headcount.api;

import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.RunListener;
import io.headcount.supervisor.RunView;
import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Every stream that is open: counts them, tells them of the stop, and waits for their end.
 * Thread-safe.
 */
@Component
public final class OpenStreams implements RunListener {
  private final Set<StreamClient> clients = ConcurrentHashMap.newKeySet();
  private final Set<RunChanges> subscribers = ConcurrentHashMap.newKeySet();
  private final CallerLimits limits;
  private final LimitRefusals refusals;
  private volatile boolean draining;
  private volatile boolean finished;

  OpenStreams(ProcessSupervisor supervisor, CallerLimits limits, LimitRefusals refusals) {
    this.limits = limits;
    this.refusals = refusals;
    supervisor.listen(this);
  }

  /** How many streams of a kind are open. */
  public long clients(StreamKind kind) {
    return clients.stream().filter(client -> client.kind() == kind).count();
  }

  /**
   * Notes that the calling thread serves a stream, until that is closed.
   *
   * @throws LimitReachedException if there are as many as there may be
   */
  StreamClient open(StreamKind kind, HttpServletRequest request) {
    return open(kind, Thread.currentThread(), request.getUserPrincipal());
  }

  /**
   * Notes that a thread is to serve a stream, until that is closed.
   *
   * @throws LimitReachedException if there are as many as there may be
   */
  synchronized StreamClient open(StreamKind kind, Thread thread, @Nullable Principal caller) {
    refuseMore(caller);
    StreamClient client = new StreamClient(kind, thread, caller, this::closed);
    clients.add(client);
    return client;
  }

  /**
   * Refuses a caller another stream when there are as many as there may be.
   *
   * @throws LimitReachedException if so
   */
  synchronized void refuseMore(@Nullable Principal caller) {
    if (clients.size() >= limits.maxStreamsOfAll()) {
      refuse(
          LimitRefusals.Limit.ALL_STREAMS,
          limits.maxStreamsOfAll() + " streams of all callers are open, which is the limit.");
    }
    String name = name(caller);
    long own = clients.stream().filter(client -> name(client.caller()).equals(name)).count();
    if (own >= limits.maxStreams()) {
      refuse(
          LimitRefusals.Limit.STREAMS,
          limits.maxStreams() + " streams of this caller are open, which is the limit.");
    }
  }

  private void refuse(LimitRefusals.Limit limit, String message) {
    refusals.count(limit);
    throw new LimitReachedException(limit, message, null);
  }

  private static String name(@Nullable Principal caller) {
    return caller == null ? "" : caller.getName();
  }

  /**
   * Ends the streams of callers that may no longer have them, at once and without an {@code end};
   * again, for those that were told so before and have not ended yet.
   *
   * @return how many were told for the first time
   */
  public int cutOff(Predicate<Principal> revoked) {
    int ended = 0;
    for (StreamClient client : clients) {
      Principal caller = client.caller();
      boolean mayNot = client.isCutOff() || (caller != null && revoked.test(caller));
      if (mayNot && client.cutOff()) {
        ended++;
      }
    }
    return ended;
  }

  private void closed(StreamClient client) {
    synchronized (this) {
      clients.remove(client);
      notifyAll();
    }
  }

  void subscribe(RunChanges changes) {
    subscribers.add(changes);
  }

  void unsubscribe(RunChanges changes) {
    subscribers.remove(changes);
  }

  /** Whether the service stops. */
  boolean isDraining() {
    return draining;
  }

  /** Whether nothing more will come, of no run. */
  boolean isFinished() {
    return finished;
  }

  @Override
  public void changed(RunView run) {
    for (RunChanges changes : subscribers) {
      changes.offer(run);
    }
  }

  @Override
  public void draining() {
    draining = true;
    clients.forEach(StreamClient::ring);
  }

  /**
   * All runs have settled: lets every stream send its last events and end. A client that does not
   * take them is cut off, without an {@code end}, when the time is over.
   *
   * @return how many were cut off
   */
  public int finish(Duration patience) throws InterruptedException {
    finished = true;
    clients.forEach(StreamClient::ring);
    awaitNone(System.nanoTime() + patience.toNanos());
    int left = 0;
    for (StreamClient client : clients) {
      if (client.kind() != StreamKind.OUTPUT_FOLLOW) { // its end would pass for that of the output
        client.interrupt();
        left++;
      }
    }
    return left;
  }

  private synchronized void awaitNone(long deadline) throws InterruptedException {
    while (!clients.isEmpty()) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }
}
