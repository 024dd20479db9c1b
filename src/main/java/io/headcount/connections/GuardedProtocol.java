package io.headcount.connections;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.http11.Http11NioProtocol;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat's HTTP with an eye on slow clients. Tomcat bounds each single read; who sends a byte now
 * and then keeps a connection for ever, and who holds them all shuts everybody else out. Public for
 * Tomcat, which makes it by its name.
 */
public final class GuardedProtocol extends Http11NioProtocol {
  private static final long SWEEP_MILLIS = 250;

  private final GuardedEndpoint endpoint;
  private @Nullable ScheduledFuture<?> sweep;

  /** Made by Tomcat. */
  public GuardedProtocol() {
    this(new GuardedEndpoint());
  }

  private GuardedProtocol(GuardedEndpoint endpoint) {
    super(endpoint);
    this.endpoint = endpoint;
  }

  /** Holds a connector of this protocol to these bounds; before it starts. */
  public static void guard(Connector connector, Connections bounds) {
    if (connector.getProtocolHandler() instanceof GuardedProtocol protocol) {
      protocol.endpoint.guard(bounds);
    }
  }

  @Override
  public void start() throws Exception {
    super.start();
    sweep =
        getUtilityExecutor()
            .scheduleWithFixedDelay(
                endpoint::cutSlowHeads, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void stop() throws Exception {
    if (sweep != null) {
      sweep.cancel(false);
    }
    super.stop();
  }
}
