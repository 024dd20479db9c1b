package io.headcount.api;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.EOFException;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;

/**
 * Finds out whether the client of a request that has nothing to write is still there. A servlet
 * learns that only from a write, and the follower of a silent run has none: without this its
 * connection would stay, half closed, until the run says something.
 *
 * <p>Asks Tomcat for a read that does not wait. It says that there is something to read when the
 * connection was closed, and again when asked again; after bytes of a next request it says so once.
 */
final class ClientLiveness implements OutputSource.Liveness {
  private static final String ATTRIBUTE = ClientLiveness.class.getName();

  private final org.apache.coyote.Request connection;

  private ClientLiveness(org.apache.coyote.Request connection) {
    this.connection = connection;
  }

  /** The liveness of a request's client; on a server without the valve it is always there. */
  static OutputSource.Liveness of(HttpServletRequest request) {
    return request.getAttribute(ATTRIBUTE) instanceof ClientLiveness liveness ? liveness : () -> {};
  }

  @Override
  public void check() throws IOException {
    boolean first = readable();
    boolean again = first && readable();
    if (again) {
      throw new EOFException("the client has gone");
    }
  }

  private boolean readable() {
    connection.action(ActionCode.AVAILABLE, true);
    return connection.getAvailable() > 0;
  }

  /** Gives every request its liveness. */
  static final class Valve extends ValveBase {
    Valve() {
      super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
      request.setAttribute(ATTRIBUTE, new ClientLiveness(request.getCoyoteRequest()));
      getNext().invoke(request, response);
    }
  }
}
