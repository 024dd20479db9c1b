package io.headcount.connections;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.coyote.Processor;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets in whoever comes, as long as any connection waits for its client: for a request, for the
 * rest of one, or to take its answer. The one that has waited longest makes room. What is at work
 * and open streams are never ended for that; they have bounds of their own, below this one.
 *
 * <p>A connection is ended by shutting down its socket (shutdown(2)), which whoever serves it sees
 * as a client that hung up: nothing is taken from under a thread that uses it.
 */
final class GuardedEndpoint extends NioEndpoint {
  private static final Logger LOG = LoggerFactory.getLogger(GuardedEndpoint.class);

  /** One in so many goes at once, so that not every newcomer looks through all. */
  private static final int SHARE = 16;

  private final Set<SocketWrapperBase<NioChannel>> leaving = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Connections bounds;

  private record Waiting(NioSocketWrapper connection, long sinceMillis) {}

  /** Tomcat's own bound is a little above: who waits to be let in waits for those that leave. */
  void guard(Connections held) {
    bounds = held;
    setMaxConnections(held.most() + Math.max(1, held.most() / 8));
    held.add(this);
  }

  /** The accepting thread: somebody has come. */
  @Override
  protected boolean setSocketOptions(SocketChannel socket) {
    Connections held = bounds;
    if (held != null) {
      try {
        makeRoom(held);
      } catch (RuntimeException e) {
        LOG.error("event=connections-look-failed", e);
      }
    }
    return super.setSocketOptions(socket);
  }

  private void makeRoom(Connections held) {
    if (getConnectionCount() <= held.most()) {
      return;
    }
    leaving.removeIf(SocketWrapperBase::isClosed);
    if (getConnectionCount() - leaving.size() <= held.most()) {
      return;
    }
    List<Waiting> all = new ArrayList<>();
    for (SocketWrapperBase<NioChannel> each : connections.values()) {
      if (each instanceof NioSocketWrapper connection
          && !leaving.contains(connection)
          && waitsForItsClient(connection)) {
        all.add(
            new Waiting(connection, Math.max(connection.getLastRead(), connection.getLastWrite())));
      }
    }
    all.sort(Comparator.comparingLong(Waiting::sinceMillis));
    for (Waiting each : all.subList(0, Math.min(all.size(), Math.max(1, held.most() / SHARE)))) {
      cut(each.connection(), CutCause.DISPLACED, held);
    }
  }

  /**
   * Whoever serves a connection holds its lock, so with the lock free it waits in the poller: for a
   * request or the rest of its head. A WebSocket waits there too, but has a processor of its own.
   */
  private static boolean waitsForItsClient(NioSocketWrapper connection) {
    if (!connection.getLock().tryLock()) {
      return connection.interestOpsHas(SelectionKey.OP_READ)
          || connection.interestOpsHas(SelectionKey.OP_WRITE);
    }
    try {
      return !(connection.getCurrentProcessor() instanceof Processor processor)
          || !(processor.isUpgrade() || processor.isAsync());
    } finally {
      connection.getLock().unlock();
    }
  }

  /** Ends the connections whose request began too long ago and has no whole head yet. */
  void cutSlowHeads() {
    Connections held = bounds;
    if (held == null) {
      return;
    }
    leaving.removeIf(SocketWrapperBase::isClosed);
    long now = System.nanoTime();
    for (SocketWrapperBase<NioChannel> each : connections.values()) {
      if (each instanceof NioSocketWrapper connection
          && isSlowHead(connection, now, held.headTimeout())) {
        cut(connection, CutCause.SLOW_HEAD, held);
      }
    }
  }

  private static boolean isSlowHead(NioSocketWrapper connection, long now, Duration most) {
    if (!connection.getLock().tryLock()) {
      return false;
    }
    try {
      if (!(connection.getCurrentProcessor() instanceof Processor processor)
          || processor.isUpgrade()
          || processor.isAsync()) {
        return false;
      }
      long began = processor.getRequest().getStartTimeNanos();
      return began != -1 && now - began > most.toNanos();
    } finally {
      connection.getLock().unlock();
    }
  }

  private void cut(NioSocketWrapper connection, CutCause cause, Connections held) {
    if (!leaving.add(connection)) {
      return;
    }
    held.count(cause);
    SocketChannel channel = connection.getSocket().getIOChannel();
    try {
      SocketChannel _ = channel.shutdownInput().shutdownOutput();
    } catch (IOException | RuntimeException e) {
      LOG.debug("event=connection-not-cut cause={}", cause.label(), e); // it has gone by itself
    }
  }
}
